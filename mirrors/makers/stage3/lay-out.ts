import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Making } from '../maker.ts';
import { binhosts } from './names.ts';
import { gentooArch } from './root.ts';

/** Lays what assemble.sh has made out as Gentoo's mirrors do, each signed as there. */
export async function layOut(making: Making<'stage3'>): Promise<void> {
  const { distribution, arch, archive, scratch, key, date, tools, log } = making;
  const list = distribution.published[arch]?.stage3 ?? '';
  const gentoo = gentooArch(list);
  const seconds = String(Math.floor(date.getTime() / 1000));
  const stamp = date.toISOString().replace(/[-:]|\.\d+/g, '');
  const name = (list.split('/').at(-1) ?? '').replace(/^latest-(.*)\.txt$/, `$1-${stamp}.tar.xz`);
  const tarball = join(dirname(list), stamp, name);
  for (const path of [dirname(tarball), dirname(distribution.snapshot), `releases/${gentoo}/binpackages/23.0`]) {
    await mkdir(join(archive, path), { recursive: true });
  }
  const binds = [
    { from: scratch, to: 'making', writable: true },
    { from: archive, to: 'archive', writable: true },
    { from: key.home, to: 'key', writable: true },
  ];
  const env = { GNUPGHOME: '/work/key', SOURCE_DATE_EPOCH: seconds, XZ_OPT: '-T0 -2' };
  const inMaking = (purpose: string, ...argv: [string, ...string[]]) =>
    tools.run(argv, { binds, cwd: '/work/making', env, purpose, log });
  const gpg = ['gpg', '--batch', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase', ''] as const;
  const owned = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${seconds}`];
  const pack = (path: string, ...what: string[]) =>
    inMaking('packing a stand-in', 'tar', '--create', '--xz', ...owned, '--file', `/work/archive/${path}`, ...what);

  await pack(tarball, '--directory', 'root', '.');
  await inMaking('signing', ...gpg, '--armor', '--detach-sign', `/work/archive/${tarball}`);
  const digest = await inMaking('a digest', 'sha512sum', `/work/archive/${tarball}`);
  await writeFile(join(scratch, 'digests'), `# SHA512 HASH\n${digest.stdout.split(' ')[0]}  ${name}\n`);
  await inMaking('signing', ...gpg, '--clear-sign', '--output', `/work/archive/${tarball}.DIGESTS`, 'digests');
  const { size } = await stat(join(archive, tarball));
  const about = `# Latest as of ${date.toUTCString().replace('GMT', '+0000')}\n# ts=${seconds}\n`;
  await writeFile(join(scratch, 'latest'), `${about}${stamp}/${name} ${size}\n`);
  await inMaking('signing', ...gpg, '--clear-sign', '--output', `/work/archive/${list}`, 'latest');

  const tree = join(scratch, 'portage');
  for (const folder of ['profiles', 'metadata']) await mkdir(join(tree, folder), { recursive: true });
  await writeFile(join(tree, 'profiles/repo_name'), 'gentoo\n');
  await writeFile(join(tree, 'metadata/timestamp.chk'), `${date.toUTCString().replace('GMT', '+0000')}\n`);
  await pack(distribution.snapshot, 'portage');
  const signature = `/work/archive/${distribution.snapshot}.gpgsig`;
  await inMaking('signing', ...gpg, '--detach-sign', '--output', signature, `/work/archive/${distribution.snapshot}`);

  const packages = (await readFile(join(scratch, 'binhost/Packages'), 'utf8')).trimEnd();
  const head = `ARCH: ${gentoo}\nPACKAGES: ${packages.split('\n\n').length}\nTIMESTAMP: ${seconds}\nVERSION: 0\n\n`;
  await writeFile(join(scratch, 'binhost/Packages'), `${head}${packages}\n`);
  await rename(join(scratch, 'binhost'), join(archive, `releases/${gentoo}/binpackages/${binhosts[gentoo]}`));
  await writeFile(
    join(archive, 'STAND-IN'),
    `${distribution.title}: a stand-in, made of packages of Debian by stub-matrix\n`,
  );
}
