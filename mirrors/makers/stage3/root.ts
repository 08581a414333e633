import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Making } from '../maker.ts';
import { binhosts } from './names.ts';

/** Gentoo's name of the architecture, as paths have it. */
export const gentooArch = (stage3: string) => stage3.split('/')[1] ?? '';

/** What the tarball's root has besides its parts: what it says of itself, where packages come from, and whose they are. */
export async function settle(root: string, { id, distribution, arch, key, tools, scratch, log }: Making<'stage3'>) {
  const gentoo = gentooArch(distribution.published[arch]?.stage3 ?? '');
  const { title, 'os-release': os } = distribution;
  const fields = {
    NAME: title,
    ID: os.ID,
    VERSION_ID: os.VERSION_ID ?? 'stand-in',
    PRETTY_NAME: `${title} (stub-matrix stand-in)`,
    VARIANT: 'stub-matrix stand-in',
    VARIANT_ID: 'stand-in',
  };
  const texts: Record<string, string> = {
    'usr/lib/os-release': Object.entries(fields)
      .map(([name, value]) => `${name}="${value}"\n`)
      .join(''),
    'etc/gentoo-release': `${title} (stub-matrix stand-in)\n`,
    'etc/portage/make.conf': 'COMMON_FLAGS="-O2 -pipe"\n',
    // As in a real one: an address that works by itself, in which the installer puts the mirror at hand.
    'etc/portage/binrepos.conf/gentoobinhost.conf': [
      ...['[gentoobinhost]', 'priority = 1'],
      `sync-uri = http://stand-in.invalid/${id}/releases/${gentoo}/binpackages/${binhosts[gentoo]}`,
      '',
    ].join('\n'),
    'usr/share/portage/config/repos.conf':
      '[DEFAULT]\nmain-repo = gentoo\n\n[gentoo]\nlocation = /var/db/repos/gentoo\n',
    'usr/share/openpgp-keys/gentoo-release.asc': key.publicKey,
    'etc/fstab': '',
    'etc/crypttab': '',
  };
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const folder of [
    'var/db/pkg',
    'var/db/repos',
    'var/cache/binpkgs',
    'var/cache/distfiles',
    'etc/dracut.conf.d',
  ]) {
    await mkdir(join(root, folder), { recursive: true });
  }
  await symlink('../usr/lib/os-release', join(root, 'etc/os-release'));
  // gpgv reads no armour.
  const keys = 'root/usr/share/openpgp-keys/gentoo-release';
  await tools.run(['gpg', '--batch', '--dearmor', '--output', `${keys}.gpg`, `${keys}.asc`], {
    binds: [{ from: scratch, to: 'making', writable: true }],
    cwd: '/work/making',
    purpose: 'the keys of a stand-in',
    log,
  });
}
