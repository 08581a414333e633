import { createHash } from 'node:crypto';
import { access, chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../errors.ts';
import { attempt, run } from '../process/command.ts';
import { defaultCacheFolder } from './cache-folder.ts';

/**
 * A guest for the tests of the runner itself, so that they need no stub image: the distribution's smallest x86_64
 * kernel, and an initramfs with nothing but a shell. Fetched once by the host's own apt, without root.
 */
export interface TestGuest {
  readonly kernel: string;
  readonly initrd: string;
  /** The distribution's qemu-ga, to be run on the host. */
  readonly agent: string;
}

/** Debian's and Ubuntu's names for a small kernel: the first that the archive knows. */
const KERNELS = ['linux-image-cloud-amd64', 'linux-image-virtual'];

/** Answers the accelerator's probe, else is a root shell on the console. */
const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mkdir -p /proc /dev
mount -t proc proc /proc
mount -t devtmpfs dev /dev
for word in $(cat /proc/cmdline); do
  case $word in stub.probe=*) echo "stub-probe: \${word#*=}"; poweroff -f ;; esac
done
export PS1='guest# '
exec setsid -c sh
`;

async function kernelPackage(): Promise<string> {
  for (const name of KERNELS) {
    const { stdout } = await attempt(['apt-cache', 'depends', name]);
    const image = /Depends: (linux-image-\d\S*)/.exec(stdout)?.[1];
    if (image) return image;
  }
  throw new HarnessError({
    code: 'no-test-kernel',
    message: `The host's archive has none of ${KERNELS.join(', ')}`,
    command: 'apt-get update',
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function make(folder: string, packages: readonly string[]): Promise<void> {
  await run(['apt-get', 'download', ...packages], { cwd: folder, purpose: 'Fetching a kernel for the tests' });
  const debs = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  for (const deb of debs) await run(['dpkg-deb', '-x', join(folder, deb), join(folder, 'root')]);
  const boot = join(folder, 'root/boot');
  const kernel = (await readdir(boot)).find((name) => name.startsWith('vmlinuz')) ?? '';
  await copyFile(join(boot, kernel), join(folder, 'kernel'));
  await copyFile(join(folder, 'root/usr/sbin/qemu-ga'), join(folder, 'qemu-ga'));
  const tree = join(folder, 'initramfs');
  await mkdir(join(tree, 'bin'), { recursive: true });
  const busybox = join(
    folder,
    'root',
    (await exists(join(folder, 'root/usr/bin/busybox'))) ? 'usr/bin' : 'bin',
    'busybox',
  );
  await copyFile(busybox, join(tree, 'bin/busybox'));
  await writeFile(join(tree, 'init'), INIT);
  await chmod(join(tree, 'init'), 0o755);
  await run(['cpio', '--quiet', '-o', '-H', 'newc', '-F', join(folder, 'initrd')], {
    cwd: tree,
    input: '.\nbin\nbin/busybox\ninit\n',
  });
  for (const name of ['root', 'initramfs', ...debs]) await rm(join(folder, name), { recursive: true });
}

/** The guest, made once for each version of its packages and kept below the user's cache folder. */
export async function testGuest(): Promise<TestGuest> {
  const packages = [await kernelPackage(), 'busybox-static', 'qemu-guest-agent'];
  const { stdout: uris } = await run(['apt-get', 'download', '--print-uris', ...packages]);
  const key = createHash('sha256').update(uris).update(INIT).digest('hex').slice(0, 16);
  const cache = defaultCacheFolder(process.env, process.cwd());
  const folder = join(cache, `test-guest-${key}`);
  if (!(await exists(folder))) {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    const unfinished = await mkdtemp(join(cache, 'unfinished-'));
    await make(unfinished, packages);
    // Two test files may have made it at the same time; the second finds the first one's in its place.
    await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true }));
  }
  return { kernel: join(folder, 'kernel'), initrd: join(folder, 'initrd'), agent: join(folder, 'qemu-ga') };
}
