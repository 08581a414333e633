import { appendFile, chmod, copyFile, mkdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { testGuest } from '../../../runners/host/test-guest.ts';
import { run } from '../../../runners/process/command.ts';
import { loneCell } from '../../harness/lone-cell.ts';
import type { BadStart } from './bad-start.ts';
import { CHECKS } from './failure.ts';
import { filesInInitramfs } from './initramfs.ts';

/** An initramfs with a busybox and this script as the first program; without one where there is no script. */
async function initramfs(folder: string, init: string | undefined, mode = 0o755): Promise<string> {
  const tree = join(folder, 'initramfs');
  await mkdir(tree);
  const { initrd } = await testGuest();
  await run(['cpio', '--quiet', '-i', '-F', initrd], { cwd: tree });
  const names = ['.', 'bin', 'bin/busybox'];
  if (init !== undefined) {
    names.push('init');
    await writeFile(join(tree, 'init'), `#!/bin/busybox sh\n${init}\n`);
    await chmod(join(tree, 'init'), mode);
  }
  const file = join(folder, 'initrd');
  await run(['cpio', '--quiet', '-o', '-H', 'newc', '-F', file], { cwd: tree, input: `${names.join('\n')}\n` });
  return file;
}

const withInit = (init: string | undefined, mode?: number) => async (folder: string) => ({
  // Debian's kernel has no driver for the disk in itself, so it falls back on no other root.
  options: { kernel: (await testGuest()).kernel, initrd: await initramfs(folder, init, mode) },
});

/** Stub's own boot. */
export const stubBoots: readonly BadStart[] = [
  {
    name: 'a kernel without the driver of the disk',
    given: async () => ({ options: { kernel: (await testGuest()).kernel } }),
    check: CHECKS.boot,
    code: 'stub-no-disk',
    says: /no disk \/dev\/vda/,
  },
  {
    name: 'a first program that ends',
    given: withInit('echo "nothing to do"; exit 3'),
    check: CHECKS.boot,
    code: 'init-ended',
    says: /wait status 0x0*300/,
  },
  {
    name: 'a first program that may not be run',
    given: withInit('exit 3', 0o644),
    check: CHECKS.boot,
    code: 'no-init',
    says: /no first program that it can run/,
  },
  {
    name: 'an initramfs without a first program',
    given: withInit(undefined),
    check: CHECKS.boot,
    code: 'root-not-mounted',
    says: /could not mount a root/,
  },
  {
    name: 'an initramfs that was cut off',
    given: async (folder) => {
      const initrd = join(folder, 'initrd');
      await run(['sh', '-c', 'head -c 3000000 /dev/urandom | gzip -1 > "$0"', initrd]);
      await truncate(initrd, 1_000_000);
      return { options: { kernel: (await testGuest()).kernel, initrd } };
    },
    check: CHECKS.boot,
    code: 'initramfs-damaged',
    says: /could not unpack its initramfs/,
  },
  {
    name: 'a first program that computes for ever',
    given: withInit('echo "solving"; while :; do :; done'),
    check: CHECKS.boot,
    code: 'spinning',
    says: /computed for \d+\.\d s without a word, .* solving/,
  },
  {
    name: 'a first program that takes all memory',
    given: withInit(
      '/bin/busybox mkdir -p /dev /all; /bin/busybox mount -t devtmpfs dev /dev; /bin/busybox mount -t tmpfs -o size=200% all /all; exec /bin/busybox dd if=/dev/zero of=/all/fill bs=64K',
    ),
    check: CHECKS.boot,
    code: 'memory-deadlock',
    says: /out of memory/,
  },
  {
    name: 'a kernel that is none',
    given: async (folder) => {
      const kernel = join(folder, 'kernel');
      await writeFile(kernel, 'no kernel\n'.repeat(1000));
      return { options: { kernel } };
    },
    check: CHECKS.boot,
    code: 'qemu-kernel-refused',
    says: /does not take the file/,
  },
  {
    name: 'a kernel whose overlayfs does not load',
    given: async (folder) => {
      await using stack = new AsyncDisposableStack();
      const debian = await loneCell(stack, 'debian13-x86_64-xfs', { otherKernel: { kind: 'debian' } });
      const { squashfs, kernel, initrd } = (await debian.prepare()).image;
      const patched = join(folder, 'initrd');
      await copyFile(initrd, patched);
      await truncate(patched, Math.ceil((await stat(initrd)).size / 4) * 4);
      await appendFile(patched, filesInInitramfs({ 'modules/overlay.ko': 'no module' }));
      return { options: { image: squashfs, kernel, initrd: patched } };
    },
    check: CHECKS.boot,
    code: 'stub-gave-up',
    says: /gave up: no overlay on \/dev\/vda/,
  },
  {
    name: 'a guest that starts again and again',
    given: withInit('/bin/busybox reboot -f'),
    check: CHECKS.boot,
    code: 'boot-loop',
    says: /again and again/,
  },
];
