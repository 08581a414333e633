import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attempt } from '../../runners/process/command.ts';

const library = fileURLToPath(new URL('../files/usr/lib/stub/kexec-lib.sh', import.meta.url));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kexec-lib-'));
});
afterEach(() => rm(root, { recursive: true }));

/** Makes files (and, for `a -> b`, links) below `root`. */
async function lay(...entries: string[]): Promise<void> {
  for (const entry of entries) {
    const [path = '', target] = entry.split(' -> ');
    await mkdir(dirname(join(root, path)), { recursive: true });
    await (target === undefined ? writeFile(join(root, path), path) : symlink(target, join(root, path)));
  }
}

/** Calls a function of the library in dash; `show` is what is printed of its answer, `why` what it says where it fails. */
async function call(show: string, ...words: string[]): Promise<string> {
  const script = `. "$1"; shift; if "$@"; then printf %s "${show}"; else printf 'no: %s' "$why"; fi`;
  const { stdout, stderr } = await attempt(['dash', '-eu', '-c', script, 'dash', library, ...words]);
  expect(stderr).toBe('');
  return stdout;
}

const findImages = () => call('$kernel $initramfs', 'find_images', root);

describe('finds the kernel and its initramfs', () => {
  const names: readonly (readonly [kernel: string, initramfs: string])[] = [
    ['kernel', 'initramfs'],
    ['kernel', 'initrd.img'],
    ['vmlinuz', 'initramfs'],
    ['vmlinuz', 'initrd.img'],
    ...['kernel-6.12.9', 'vmlinuz-6.12.9', 'vmlinux-6.12.9'].flatMap((kernel) =>
      ['initramfs-6.12.9.img', 'initramfs-6.12.9', 'initrd.img-6.12.9', 'initrd-6.12.9.img'].map(
        (initramfs) => [kernel, initramfs] as const,
      ),
    ),
  ];
  test.each(names)('%s with %s, in / and in /boot', async (kernel, initramfs) => {
    await lay(`boot/${kernel}`, `boot/${initramfs}`);
    expect(await findImages()).toBe(`/boot/${kernel} /boot/${initramfs}`);
    await rm(join(root, 'boot'), { recursive: true });
    await lay(kernel, initramfs);
    expect(await findImages()).toBe(`/${kernel} /${initramfs}`);
  });

  test('the newest version, by number and not by letter', async () => {
    for (const version of ['6.12.9', '6.12.10', '6.12.8'])
      await lay(`boot/vmlinuz-${version}`, `boot/initrd.img-${version}`);
    expect(await findImages()).toBe('/boot/vmlinuz-6.12.10 /boot/initrd.img-6.12.10');
  });

  test('the newest over both places and both names', async () => {
    await lay('boot/vmlinuz-6.1.0-9-amd64', 'boot/initrd.img-6.1.0-9-amd64', 'kernel-6.1.0-40-amd64');
    await lay('initramfs-6.1.0-40-amd64.img');
    expect(await findImages()).toBe('/kernel-6.1.0-40-amd64 /initramfs-6.1.0-40-amd64.img');
  });

  test('vmlinux only where there is nothing else of its version', async () => {
    await lay('boot/vmlinux-6.12.9', 'boot/initrd.img-6.12.9', 'boot/vmlinuz-6.12.9');
    expect(await findImages()).toBe('/boot/vmlinuz-6.12.9 /boot/initrd.img-6.12.9');
  });

  test.each(['.old', '.bak', '.dpkg-new', '~', '.rpmsave'])('never a copy put aside as %s', async (ending) => {
    await lay(`boot/vmlinuz-6.12.10${ending}`, `boot/initrd.img-6.12.10${ending}`);
    expect(await findImages()).toBe('no: no kernel in / or /boot');
    await lay('boot/vmlinuz-6.12.9', 'boot/initrd.img-6.12.9');
    expect(await findImages()).toBe('/boot/vmlinuz-6.12.9 /boot/initrd.img-6.12.9');
  });

  test('never the rescue image of EL where there is another', async () => {
    await lay('boot/vmlinuz-0-rescue-1f2e', 'boot/initramfs-0-rescue-1f2e.img');
    await lay('boot/vmlinuz-5.14.0-570.el9.x86_64', 'boot/initramfs-5.14.0-570.el9.x86_64.img');
    expect(await findImages()).toBe('/boot/vmlinuz-5.14.0-570.el9.x86_64 /boot/initramfs-5.14.0-570.el9.x86_64.img');
  });

  test('refuses an initramfs of another version, and names the kernel', async () => {
    await lay('boot/vmlinuz-6.12.10', 'boot/initrd.img-6.12.9', 'vmlinuz -> boot/vmlinuz-6.12.10');
    await lay('initrd.img -> boot/initrd.img-6.12.9');
    expect(await findImages()).toBe('no: no initramfs of the same version for /boot/vmlinuz-6.12.10');
  });

  test('takes an older pair that is whole, and says what it passed over', async () => {
    await lay('boot/vmlinuz-6.12.10', 'boot/vmlinuz-6.12.9', 'boot/initrd.img-6.12.9');
    expect(await call('$kernel,$passed_over', 'find_images', root)).toBe('/boot/vmlinuz-6.12.9, /boot/vmlinuz-6.12.10');
  });

  test('not by a dangling link', async () => {
    await lay('vmlinuz -> boot/vmlinuz-6.12.9', 'initrd.img -> boot/initrd.img-6.12.9');
    expect(await findImages()).toBe('no: no kernel in / or /boot');
  });

  test('by a link to a name that tells nothing', async () => {
    await lay('boot/linux', 'boot/ram', 'vmlinuz -> boot/linux', 'initrd.img -> boot/ram');
    expect(await findImages()).toBe('/vmlinuz /initrd.img');
  });

  test('an absolute or climbing link stays inside the installed system', async () => {
    await lay('boot/linux', 'boot/vmlinuz-1 -> /boot/linux', 'boot/initrd.img-1 -> ../../../boot/linux');
    expect(await findImages()).toBe('/boot/vmlinuz-1 /boot/initrd.img-1');
    expect(await call('$resolved', 'resolve_inside', root, '/boot/initrd.img-1')).toBe('/boot/linux');
    await lay('boot/vmlinuz-2 -> /usr/bin/env', 'boot/initrd.img-2');
    expect(await findImages()).toBe('/boot/vmlinuz-1 /boot/initrd.img-1');
  });

  test('a link in a circle ends', async () => {
    await lay('vmlinuz -> kernel', 'kernel -> vmlinuz');
    expect(await findImages()).toBe('no: no kernel in / or /boot');
  });
});

describe('unpacks what kexec cannot load', () => {
  const image = Buffer.from(`ARMd ${'raw kernel '.repeat(5000)}`);
  const unpack = (path: string) => call('$loadable', 'unpack_kernel', path, join(root, 'unpacked'));

  /** An EFI zboot image as the kernel's build makes it: header, then the payload, then something behind it. */
  function zboot(compression: string, payload: Buffer): Buffer {
    const header = Buffer.alloc(0x400);
    header.write('MZ\0\0zimg', 0, 'latin1');
    header.writeUInt32LE(header.length, 8);
    header.writeUInt32LE(payload.length, 12);
    header.write(compression, 24, 'latin1');
    return Buffer.concat([header, payload, Buffer.from('trailing sections')]);
  }

  async function packed(name: string, content: Buffer): Promise<string> {
    await writeFile(join(root, name), content);
    return join(root, name);
  }

  async function piped(file: string, ...args: string[]): Promise<Buffer> {
    const path = await packed('plain', image);
    const { exitCode } = await attempt([file, ...args, '-f', '-k', path]);
    expect(exitCode).toBe(0);
    const ending = { xz: 'xz', lz4: 'lz4' }[file];
    return readFile(args.includes('--format=lzma') ? `${path}.lzma` : `${path}.${ending}`);
  }

  test.each([
    ['gzip', () => gzipSync(image)],
    ['zstd22', () => zstdCompressSync(image)],
    ['zstd', () => zstdCompressSync(image)],
    ['xzkern', () => piped('xz', '--check=crc32')],
    ['lzma', () => piped('xz', '--format=lzma')],
    ['lz4', () => piped('lz4', '-q', '-l', '-m')],
  ])('zboot with %s', async (compression, payload) => {
    const path = await packed('vmlinuz', zboot(compression, await payload()));
    expect(await unpack(path)).toBe(join(root, 'unpacked'));
    expect(await readFile(join(root, 'unpacked'))).toEqual(image);
  });

  test('plain gzip', async () => {
    expect(await unpack(await packed('vmlinuz', gzipSync(image)))).toBe(join(root, 'unpacked'));
    expect(await readFile(join(root, 'unpacked'))).toEqual(image);
  });

  test('gzip with something behind its end', async () => {
    const path = await packed('vmlinuz', Buffer.concat([gzipSync(image), Buffer.from('a signature')]));
    expect(await unpack(path)).toBe(join(root, 'unpacked'));
    expect(await readFile(join(root, 'unpacked'))).toEqual(image);
  });

  test('leaves alone what kexec loads itself', async () => {
    const bzImage = await packed('vmlinuz', Buffer.concat([Buffer.from('MZ\xea\x07', 'latin1'), Buffer.alloc(600)]));
    expect(await unpack(bzImage)).toBe(bzImage);
  });

  test('names a compression it does not know', async () => {
    const path = await packed('vmlinuz', zboot('brotli', image));
    expect(await unpack(path)).toBe('no: kernel is compressed with "brotli", which stub does not know');
  });

  test('says so where the payload is damaged', async () => {
    const path = await packed('vmlinuz', zboot('gzip', gzipSync(image).subarray(0, 100)));
    expect(await unpack(path)).toMatch(/^no: kernel does not unpack: gzip ended with status \d/);
  });

  test('says so where the file is too short to be a kernel', async () => {
    expect(await unpack(await packed('vmlinuz', Buffer.from('MZ')))).toBe('no: kernel is only 2 bytes long');
  });
});

describe('composes the command line', () => {
  async function compose(
    cmdline: string,
    fstab: string | undefined,
    device = 'UUID=0e',
    type = 'xfs',
  ): Promise<string> {
    if (fstab !== undefined) await writeFile(join(root, 'fstab'), fstab);
    return call('$command_line', 'compose_command_line', cmdline, join(root, 'fstab'), device, type);
  }
  const withRoot = '# <device> / <type>\nUUID=0e / xfs defaults 0 0\n';

  test.each([
    {
      rule: 'exchanges the root, keeps the rest and ro where fstab has /',
      given:
        'root=/dev/vda ro rootfstype=squashfs initrd=x console=hvc0 net.ifnames=0 systemd.hostname=debian13 nonce=4711',
      fstab: withRoot,
      is: 'ro console=hvc0 net.ifnames=0 systemd.hostname=debian13 nonce=4711 root=UUID=0e rootfstype=xfs rd.hostonly=0',
    },
    {
      rule: 'mounts read-write where there is no fstab',
      given: 'root=/dev/vda ro console=ttyS0',
      fstab: undefined,
      is: 'console=ttyS0 root=UUID=0e rootfstype=xfs rd.hostonly=0 rw',
    },
    {
      rule: 'mounts read-write where fstab has / only in a comment',
      given: 'ro',
      fstab: '#UUID=0e / xfs defaults 0 0\n/dev/vdc /home xfs defaults 0 0\n',
      is: 'root=UUID=0e rootfstype=xfs rd.hostonly=0 rw',
    },
    {
      rule: 'keeps quoted values and stars as they are',
      given: 'dyndbg="file a.c ro root=/dev/x" /* ro root=/dev/vda',
      fstab: undefined,
      is: 'dyndbg="file a.c ro root=/dev/x" /* root=UUID=0e rootfstype=xfs rd.hostonly=0 rw',
    },
    {
      rule: 'stays in front of what is meant for init',
      given: 'quiet rd.hostonly=0 -- single ro',
      fstab: withRoot,
      is: 'quiet root=UUID=0e rootfstype=xfs rd.hostonly=0 -- single ro',
    },
    {
      rule: 'adds to nothing',
      given: '',
      fstab: withRoot,
      is: 'root=UUID=0e rootfstype=xfs rd.hostonly=0',
    },
  ])('$rule', async ({ given, fstab, is }) => {
    expect(await compose(given, fstab)).toBe(is);
  });

  test('virtiofs by its tag', async () => {
    expect(await compose('root=/dev/vda ro', 'fs / virtiofs defaults 0 0\n', 'fs', 'virtiofs')).toBe(
      'ro root=fs rootfstype=virtiofs rd.hostonly=0',
    );
  });
});

test('touches no variable of its caller but its answers', async () => {
  await lay('boot/vmlinuz-1 -> linux', 'boot/linux', 'boot/initrd.img-1', 'fstab');
  await writeFile(
    join(root, 'boot/linux'),
    gzipSync(Buffer.from('a kernel of more bytes than its header needs, and of words that do not pack')),
  );
  const script = `. "$1"; set > "$2/before"
    find_images "$2" && unpack_kernel "$2/boot/linux" "$2/unpacked" && compose_command_line 'a "b c"' "$2/fstab" x y
    set > "$2/after"; diff "$2/before" "$2/after" | sed -n "s/^[<>] \\([A-Za-z_]*\\)=.*/\\1/p" | sort -u`;
  const { stdout } = await attempt(['dash', '-c', script, 'dash', library, root]);
  const answers = ['command_line', 'initramfs', 'kernel', 'loadable', 'passed_over', 'resolved', 'why'];
  expect(stdout.split('\n').filter((name) => !answers.includes(name))).toEqual([]);
  expect(stdout).toContain('command_line');
});

describe('puts a file into an initramfs', () => {
  /** The result, and of what stands behind the first `skip` bytes: names, modes and content as cpio reads them. */
  async function append(initramfs: string, content: string) {
    const paths = { initramfs: join(root, 'initramfs'), source: join(root, 'source'), result: join(root, 'result') };
    await writeFile(paths.initramfs, initramfs);
    await writeFile(paths.source, content);
    const script = '. "$1"; append_to_initramfs "$2" "$3" etc/key > "$4"';
    const words = [library, paths.initramfs, paths.source, paths.result];
    expect((await attempt(['dash', '-eu', '-c', script, 'dash', ...words])).stderr).toBe('');
    return readFile(paths.result);
  }

  test.each(['', 'a', 'ab', 'abc', 'abcd', 'zeros \0 and \n lines'.repeat(20)])(
    'of any length: %j',
    async (content) => {
      for (const before of ['1234', '12345', '123456', '1234567']) {
        const result = await append(before, content);
        const begin = Math.ceil(before.length / 4) * 4;
        expect(result.subarray(0, begin).toString()).toBe(before.padEnd(begin, '\0'));
        await writeFile(join(root, 'archive'), result.subarray(begin));
        const list = await attempt(['sh', '-c', 'cpio -itv < "$0"', join(root, 'archive')]);
        expect(list.stdout).toMatch(new RegExp(`^-r-------- +1 root +root +${Buffer.byteLength(content)} .* etc/key$`));
        const file = await attempt(['sh', '-c', 'cpio -i --to-stdout < "$0"', join(root, 'archive')]);
        expect(file.stdout).toBe(content);
      }
    },
  );

  test('an initramfs that cannot be read, such as a folder, is no success', async () => {
    const script = '. "$1"; append_to_initramfs "$2" "$1" etc/key > /dev/null';
    const { exitCode } = await attempt(['dash', '-c', script, 'dash', library, root]);
    expect(exitCode).not.toBe(0);
  });
});
