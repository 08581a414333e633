import { existsSync } from 'node:fs';
import { copyFile, glob, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type PackageOrigin, sourcesFor } from '../image/archive.ts';
import { architectures, type ImageArch, packages, suite } from '../image/recipe.ts';
import type { RunRegister } from '../runners/host/run-register.ts';
import { run } from '../runners/process/command.ts';

/**
 * What everybody else does, to be compared with: the packages of our image bootstrapped by mmdebstrap with all their scripts.
 * As root; of a foreign architecture under qemu-user (package qemu-user-static), which takes many minutes.
 */

export interface PlainOptions {
  readonly arch: ImageArch;
  readonly origin: PackageOrigin;
  readonly register: RunRegister;
  /** Takes what mmdebstrap says. */
  readonly log: string;
}

/** Node's names of the architectures. */
const NATIVE: Readonly<Record<ImageArch, string>> = { x86_64: 'x64', aarch64: 'arm64', riscv64: 'riscv64' };

const BINFMT = '/proc/sys/fs/binfmt_misc';

/** Has the kernel run foreign programs by qemu-user for as long as the stack lives, where nobody else had it do so. */
export async function allowForeignPrograms(arch: ImageArch, stack: AsyncDisposableStack): Promise<void> {
  if (NATIVE[arch] === process.arch) return;
  if (!existsSync(join(BINFMT, 'register'))) await run(['mount', '-t', 'binfmt_misc', 'binfmt_misc', BINFMT]);
  const name = `qemu-${arch}`;
  if (existsSync(join(BINFMT, name))) return;
  const rule = `/usr/lib/binfmt.d/${name}.conf`;
  if (!existsSync(rule)) throw new Error(`${rule} is missing: apt-get install qemu-user-static`);
  await writeFile(join(BINFMT, 'register'), await readFile(rule, 'utf8'));
  stack.defer(() => writeFile(join(BINFMT, name), '-1'));
}

/**
 * Bootstraps the packages of the image and `more` into the new folder `root`.
 *
 * @returns the seconds it took.
 */
export async function bootstrapPlain(root: string, more: readonly string[], options: PlainOptions): Promise<number> {
  const { arch, origin, register, log } = options;
  const { lines } = await sourcesFor(arch, origin);
  const names = packages.map(({ name }) => name).filter((name) => !name.startsWith('?'));
  const began = performance.now();
  await run(
    [
      ...(['mmdebstrap', '--mode=root', '--variant=essential', '--format=directory'] as const),
      `--architectures=${architectures[arch].debian}`,
      ...[...names, ...more].map((name) => `--include=${name}`),
      ...[`--aptopt=APT::Default-Release "${suite}"`, suite, root, ...lines],
    ],
    { purpose: `mmdebstrap for ${arch}`, log, env: register.environment },
  );
  return (performance.now() - began) / 1000;
}

/**
 * A plain Debian to boot, in an empty folder: `disk` (ext4, raw), `packed` (the same as our image is packed), `kernel` and
 * `initrd`: Debian's general-purpose ones. Root has a shell on the console, as in the stub.
 */
export async function makePlainSystem(folder: string, options: PlainOptions): Promise<void> {
  const root = join(folder, 'root');
  await bootstrapPlain(root, [`linux-image-${architectures[options.arch].debian}`, 'initramfs-tools'], options);
  const getty = join(root, 'etc/systemd/system/serial-getty@.service.d');
  await mkdir(getty, { recursive: true });
  await writeFile(
    join(getty, 'autologin.conf'),
    '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin root --noissue - $TERM\n',
  );
  const network = '[Match]\nType=ether\n[Network]\nDHCP=yes\n';
  await writeFile(join(root, 'etc/systemd/network/80-plain.network'), network);
  await run(['systemctl', `--root=${root}`, 'enable', 'systemd-networkd.service']);
  for (const [name, pattern] of Object.entries({ kernel: 'boot/vmlinu?-*', initrd: 'boot/initrd.img-*' })) {
    for await (const path of glob(pattern, { cwd: root })) await copyFile(join(root, path), join(folder, name));
  }
  const disk = join(folder, 'disk');
  await run(['truncate', '--size=3G', disk]);
  await run(['mke2fs', '-q', '-t', 'ext4', '-d', root, disk], { purpose: 'making the disk' });
  const packing = ['-no-xattrs', '-no-progress', '-quiet', '-comp', 'zstd', '-Xcompression-level', '9'];
  await run(['mksquashfs', root, join(folder, 'packed'), ...packing], { purpose: 'packing the same for comparison' });
  await rm(root, { recursive: true });
}
