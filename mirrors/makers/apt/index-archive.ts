import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Making, RowOf } from '../maker.ts';

/** A package in the archive. */
export interface Placed {
  /** Below the archive. */
  readonly path: string;
  readonly suite: string;
  readonly component: string;
}

/** The suites of a distribution: its own, its updates, and those for security. */
export function suitesOf({
  suite,
  'security-suite': security,
}: Pick<RowOf<'debootstrap'>, 'suite' | 'security-suite'>) {
  const updates = `${suite}-updates`;
  const all = { '': suite, '-updates': updates, '-security': security };
  return {
    main: suite,
    all: Object.values(all),
    byEnding: (ending: string) => all[ending as keyof typeof all] ?? suite,
  };
}

/** Writes what apt reads of an archive: the packages of each part of each suite, and a signed Release. */
export async function indexArchive(placed: readonly Placed[], making: Making<'debootstrap'>): Promise<void> {
  const { distribution, archive, key, tools, log } = making;
  const binds = [
    { from: archive, to: 'archive', writable: true },
    { from: key.home, to: 'key', writable: true },
  ];
  const inArchive = (purpose: string, ...argv: [string, ...string[]]) =>
    tools.run(argv, { binds, cwd: '/work/archive', env: { GNUPGHOME: '/work/key' }, purpose, log });
  const described = await describe(placed, inArchive);
  for (const suite of suitesOf(distribution).all) {
    for (const component of distribution.components) {
      const folder = join('dists', suite, component, `binary-${making.debian}`);
      const here = placed.filter((each) => each.suite === suite && each.component === component);
      await mkdir(join(archive, folder), { recursive: true });
      await writeFile(join(archive, folder, 'Packages'), here.map(({ path }) => described.get(path) ?? '').join(''));
      await inArchive('packing an index', 'xz', '--keep', join(folder, 'Packages'));
    }
    const release = await inArchive(
      'writing a Release',
      ...(['apt-ftparchive', ...settings(suite, making), 'release', join('dists', suite)] as [string, ...string[]]),
    );
    await writeFile(join(archive, 'dists', suite, 'Release'), release.stdout);
    await inArchive(
      'signing a Release',
      ...(['gpg', '--batch', '--no-tty', '--pinentry-mode', 'loopback', '--passphrase', ''] as const),
      ...['--clear-sign', '--output', `dists/${suite}/InRelease`, `dists/${suite}/Release`],
    );
  }
  await writeFile(
    join(archive, 'STAND-IN'),
    `${distribution.title}: a stand-in, made of packages of Debian by stub-matrix\n`,
  );
}

type Run = (purpose: string, ...argv: [string, ...string[]]) => Promise<{ readonly stdout: string }>;

/** What apt-ftparchive says of each package, by its path; with the empty line that debootstrap wants behind the last one, too. */
async function describe(placed: readonly Placed[], run: Run): Promise<Map<string, string>> {
  const { stdout } = await run('reading the packages of a stand-in', 'apt-ftparchive', 'packages', 'pool');
  const stanzas = stdout.split(/\n\n+/).filter((stanza) => stanza.trim() !== '');
  const described = new Map(
    stanzas.map((stanza) => [/^Filename: (.*)$/m.exec(stanza)?.[1] ?? '', `${stanza.trimEnd()}\n\n`]),
  );
  const missing = placed.filter(({ path }) => !described.has(path));
  if (missing.length > 0) throw new RangeError(`apt-ftparchive says nothing of ${missing[0]?.path}`);
  return described;
}

/** As Ubuntu has it: in Codename the release, in Suite the suite. */
function settings(suite: string, { distribution, debian, date }: Making<'debootstrap'>): string[] {
  const fields = {
    Origin: distribution['os-release'].ID.replace(/^./, (first) => first.toUpperCase()),
    Label: `${distribution.title} (stub-matrix stand-in)`,
    Suite: suite,
    Codename: distribution.suite,
    Version: distribution['os-release'].VERSION_ID ?? '',
    Date: date.toUTCString().replace('GMT', 'UTC'),
    Architectures: debian,
    Components: distribution.components.join(' '),
    Description: `${distribution.title}: a stand-in by stub-matrix`,
  };
  return Object.entries(fields).flatMap(([name, value]) => ['-o', `APT::FTPArchive::Release::${name}=${value}`]);
}
