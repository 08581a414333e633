import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Making } from '../maker.ts';

/** Where each rpm goes: by the id of a repository, the files. Of what only updates there is nothing yet. */
export function shares(
  repositories: Readonly<Record<string, string>>,
  rpms: readonly { readonly file: string; readonly second: boolean }[],
): Readonly<Record<string, readonly string[]>> {
  const [first, second] = Object.keys(repositories).filter((id) => !/updates/i.test(id));
  const of = (id: string) => rpms.filter((rpm) => (rpm.second ? (second ?? first) : first) === id);
  return Object.fromEntries(Object.keys(repositories).map((id) => [id, of(id).map(({ file }) => file)]));
}

/** Lays the rpms of a folder out as the distribution's repositories, indexes and signs them. */
export async function layRepositories(
  folder: string,
  rpms: readonly { readonly file: string; readonly second: boolean }[],
  { distribution, arch, archive, key, date, tools, log }: Making<'rpm-md'>,
): Promise<void> {
  const { repositories } = distribution;
  for (const [id, files] of Object.entries(shares(repositories, rpms))) {
    const path = (repositories[id] ?? '').replaceAll('$basearch', arch);
    const at = join(archive, path);
    await mkdir(join(at, 'Packages'), { recursive: true });
    for (const file of files) await rename(join(folder, file), join(at, 'Packages', file));
    const binds = [
      { from: at, to: 'repository', writable: true },
      { from: key.home, to: 'key', writable: true },
    ];
    const seconds = String(Math.floor(date.getTime() / 1000));
    await tools.run(
      [
        ...(['createrepo_c', '--quiet', '--no-database', '--general-compress-type=gz'] as const),
        ...['--revision', seconds, '--set-timestamp-to-revision', '/work/repository'],
      ],
      { binds, purpose: `indexing the repository ${id}`, log },
    );
    await tools.run(
      [
        ...(['gpg', '--batch', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase', ''] as const),
        ...['--armor', '--detach-sign', '--output', '/work/repository/repodata/repomd.xml.asc'],
        '/work/repository/repodata/repomd.xml',
      ],
      { binds, env: { GNUPGHOME: '/work/key' }, purpose: `signing the repository ${id}`, log },
    );
  }
  await writeFile(
    join(archive, 'STAND-IN'),
    `${distribution.title}: a stand-in, made of packages of Debian by stub-matrix\n`,
  );
}
