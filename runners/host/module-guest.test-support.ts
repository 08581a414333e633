import { chmod, copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../process/command.ts';

export interface ModuleGuest {
  /** In the order in which they load, where they are modules. */
  readonly modules: readonly string[];
  /** Lines of a script that has busybox's commands, /proc and /dev; it goes on to a shell. */
  readonly script: readonly string[];
}

/** As `testGuest`, with modules of the kernel: made in `folder`. */
export async function moduleGuest(
  folder: string,
  { modules, script }: ModuleGuest,
): Promise<{ readonly kernel: string; readonly initrd: string }> {
  const { stdout } = await run(['apt-cache', 'depends', 'linux-image-cloud-amd64']);
  const image = /Depends: (linux-image-\d\S*)/.exec(stdout)?.[1] ?? '';
  await run(['apt-get', 'download', '-q', image, 'busybox-static'], { cwd: folder });
  const root = join(folder, 'root');
  for (const deb of (await readdir(folder)).filter((name) => name.endsWith('.deb'))) {
    await run(['dpkg-deb', '-x', join(folder, deb), root]);
  }
  const tree = join(folder, 'tree');
  await mkdir(join(tree, 'bin'), { recursive: true });
  await mkdir(join(tree, 'modules'));
  const files = await readdir(root, { recursive: true });
  const file = (pattern: RegExp) => join(root, files.find((name) => pattern.test(name)) ?? '');
  await copyFile(file(/bin\/busybox$/), join(tree, 'bin/busybox'));
  for (const module of modules) {
    const path = files.find((name) => name.endsWith(`/${module}.ko`));
    if (path) await copyFile(join(root, path), join(tree, 'modules', `${module}.ko`));
  }
  await writeFile(join(tree, 'init'), init(modules, script));
  await chmod(join(tree, 'init'), 0o755);
  const names = ['.', ...(await readdir(tree, { recursive: true }))].join('\n');
  await run(['cpio', '--quiet', '-o', '-H', 'newc', '-F', join(folder, 'initrd')], { cwd: tree, input: `${names}\n` });
  return { kernel: file(/boot\/vmlinuz-/), initrd: join(folder, 'initrd') };
}

const init = (modules: readonly string[], script: readonly string[]) => `#!/bin/busybox sh
/bin/busybox --install -s /bin
mkdir -p /proc /dev /sys /mnt
mount -t proc proc /proc
mount -t devtmpfs dev /dev
for module in ${modules.join(' ')}; do
  [ ! -e /modules/$module.ko ] || insmod /modules/$module.ko
done
${script.join('\n')}
export PS1='guest# '
exec setsid -c sh
`;

/** What any virtio device on PCI needs. */
export const VIRTIO = ['virtio_ring', 'virtio', 'virtio_pci_legacy_dev', 'virtio_pci_modern_dev', 'virtio_pci'];
