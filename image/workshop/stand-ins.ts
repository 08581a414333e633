/**
 * The tools that stand-ins are made with, in a workshop of their own: what is added here changes no image. Nothing of it
 * depends on the architecture that is made for.
 */
export const standInTools: readonly string[] = [
  'base-passwd',
  'dash',
  'bash',
  'coreutils',
  'findutils',
  'grep',
  'sed',
  'mawk',
  'tar',
  'gzip',
  'bzip2',
  'xz-utils',
  'zstd',
  'cpio',
  'dpkg',
  'dpkg-dev', // dpkg-scanpackages
  'apt-utils', // apt-ftparchive
  'rpm', // rpmbuild, rpmsign
  'createrepo-c',
  'dnf', // tests install with it
  'gpg',
  'gpg-agent',
  'gpgv',
  'kmod', // depmod
  'python3-minimal', // compiles what of Python goes into a stand-in
  'libpython3-stdlib',
  'libc-bin', // localedef
  'locales',
];

/** Debian's script would have made copies: rpmbuild asks who root is. */
export const standInLinks: readonly (readonly [path: string, target: string])[] = [
  ['etc/passwd', '../usr/share/base-passwd/passwd.master'],
  ['etc/group', '../usr/share/base-passwd/group.master'],
  ['usr/bin/python3', 'python3.13'],
];
