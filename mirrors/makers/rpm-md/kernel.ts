import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../../../runners/errors.ts';
import type { MakerTools } from '../maker.ts';

/** What a guest of QEMU's may need, by name; `*` stands for anything. What these need comes along. */
const KEPT: readonly string[] = [
  ...['virtio*', 'vmw_vsock_virtio*', 'qemu_fw_cfg', 'net_failover', 'nvme', 'ahci', 'sd_mod', 'sr_mod', 'loop'],
  ...['xfs', 'btrfs', 'ext4', 'virtiofs', 'overlay', 'squashfs', 'vfat', 'isofs', 'nls_ascii', 'nls_cp437', 'nls_utf8'],
  ...[
    'dm_mod',
    'dm_crypt',
    'aes*',
    'xts',
    'cbc',
    'ecb',
    'essiv',
    'sha1*',
    'sha256*',
    'sha512*',
    'algif_skcipher',
    'algif_hash',
  ],
  ...['crc32*', 'libcrc32c', 'xxhash_generic', 'blake2b_generic', 'authenc', 'cryptd'],
  // The power button, and who listens to it
  ...['button', 'evdev', 'gpio_keys', 'autofs4', 'efivarfs', 'configfs', 'binfmt_misc', 'af_packet', 'rng_core'],
];

const pattern = new RegExp(`^(${KEPT.map((name) => name.replaceAll('*', '.*')).join('|')})$`);

/** kmod takes the two for the same. */
const nameOf = (path: string) => (path.split('/').at(-1) ?? '').replace(/\.ko(\.\w+)?$/, '').replaceAll('-', '_');

/** Of modules.dep, the paths of those to keep and of all that they need. */
export function keptModules(modulesDep: string): Set<string> {
  const needs = new Map(
    modulesDep
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [path = '', rest = ''] = line.split(':');
        return [path, rest.split(' ').filter(Boolean)] as const;
      }),
  );
  const kept = new Set<string>();
  const waiting = [...needs.keys()].filter((path) => pattern.test(nameOf(path)));
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (kept.has(path)) continue;
    kept.add(path);
    waiting.push(...(needs.get(path) ?? []));
  }
  return kept;
}

/**
 * Makes of Debian's kernel, unpacked in `tree`, one as EL's kernel-core lays it down: vmlinuz beside the modules, the scriptlet
 * copies it to /boot. Few modules, and unpacked: each is read again and again by an emulated processor.
 *
 * @returns its version, as `uname -r` says it.
 */
export async function prepareKernel(tree: string, tools: MakerTools): Promise<string> {
  const [version = '', ...more] = await readdir(join(tree, 'usr/lib/modules'));
  if (version === '' || more.length > 0) {
    throw new HarnessError({
      code: 'stand-in-kernel',
      message: `of kernels there are ${[version, ...more].join(', ')}`,
    });
  }
  const folder = join(tree, 'usr/lib/modules', version);
  const [kernel] = (await readdir(join(tree, 'boot'))).filter((name) => /^vmlinu[xz]-/.test(name));
  const inTree = (purpose: string, ...argv: [string, ...string[]]) =>
    tools.run(argv, { binds: [{ from: tree, to: 'tree', writable: true }], cwd: '/work/tree', purpose });
  const depmod = () =>
    inTree(
      'listing the modules of a stand-in',
      'depmod',
      '--moduledir',
      '/usr/lib/modules',
      '--basedir',
      '/work/tree',
      version,
    );
  await depmod();
  const dep = await readFile(join(folder, 'modules.dep'), 'utf8');
  const kept = keptModules(dep);
  for (const line of dep.split('\n').filter(Boolean)) {
    const path = line.slice(0, line.indexOf(':'));
    if (!kept.has(path)) await rm(join(folder, path));
  }
  const packed = [...kept].filter((path) => path.endsWith('.xz')).map((path) => `usr/lib/modules/${version}/${path}`);
  if (packed.length > 0) await inTree('unpacking the modules of a stand-in', 'xz', '--decompress', ...packed);
  await inTree('removing empty folders', 'find', 'usr/lib/modules', '-type', 'd', '-empty', '-delete');
  await depmod();
  await inTree('the kernel of a stand-in', 'mv', `boot/${kernel}`, `usr/lib/modules/${version}/vmlinuz`);
  await inTree('the kernel of a stand-in', 'rm', '-r', 'boot');
  return version;
}
