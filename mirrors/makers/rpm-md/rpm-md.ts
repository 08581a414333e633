import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Maker, Making, Wanted } from '../maker.ts';
import { type Coat, coats, filesystems } from './coats.ts';
import { prepareKernel } from './kernel.ts';
import { pathsOf, putOn, scriptletsOf } from './lay.ts';
import { leftOut, without } from './left-out.ts';
import { type ReleaseRpm, releaseRpms } from './release.ts';
import { layRepositories } from './repositories.ts';
import { type Deb, debsFor, parsePackages, type Rpm, resolve } from './resolve.ts';
import { type Filled, specOf } from './spec.ts';

const KERNEL = 'kernel-core';
const kernelOf = (debian: string) => `linux-image-${debian}`;

/** Rpm-md repositories of real rpms: packages of Debian in an rpm's coat. */
export const rpmMd: Maker<'rpm-md'> = {
  folders: ['rpm-md'],
  packages: (wanted) => debsFor(coatsOf(wanted, [kernelOf(wanted.debian)]), namesOf(wanted)),
  make,
};

/** The rpms that an installer of the distribution may ask for. */
function namesOf({ distribution, arch }: Wanted<'rpm-md'>): string[] {
  const kernel = distribution.published[arch]?.['kernel-package'] ?? 'kernel';
  const { packages, 'first-packages': first } = distribution;
  return [...new Set([...first, ...packages, kernel, ...filesystems])];
}

/** Those of all distributions, and the few by which this one says what it is. */
function coatsOf({ standIn }: Wanted<'rpm-md'>, kernel: readonly string[]): Readonly<Record<string, Coat>> {
  const { package: release, repositories, keys } = standIn.release;
  const ours = {
    [repositories]: {},
    [keys]: {},
    [release]: { requires: ['setup', repositories, keys].filter((name) => name !== release) },
  };
  const { basesystem, 'kernel-core': core } = coats;
  return {
    ...coats,
    ...ours,
    // In the distributions it is setup that needs system-release.
    basesystem: { ...basesystem, requires: [...(basesystem?.requires ?? []), release, ...standIn.besides] },
    [KERNEL]: { ...core, debs: kernel },
  };
}

async function make(making: Making<'rpm-md'>): Promise<void> {
  const { debs: folder, scratch, tools, key, progress } = making;
  const { stdout } = await tools.run(['apt-ftparchive', 'packages', 'debs'], {
    binds: [{ from: folder, to: 'debs' }],
    purpose: 'reading the packages of a stand-in',
  });
  const debs = parsePackages(stdout);
  const own = releaseRpms(making, key.publicKey);
  const given = coatsOf(making, kernelDebs(debs, making.debian));
  const rpms = resolve({ debs, coats: given, without, wanted: namesOf(making) });
  progress?.(`${rpms.length} rpms of ${debs.length} packages of Debian`);
  await unpack(rpms, making);
  const tree = join(scratch, 'tree');
  // A small one made for a test goes without.
  const version = rpms.some(({ name }) => name === KERNEL) ? await prepareKernel(join(tree, KERNEL), tools) : '';
  const filled: Filled[] = [];
  for (const rpm of rpms) filled.push(await fill(rpm, join(tree, rpm.name), own[rpm.name], making, version));
  await build(filled, making);
  await sign(making);
  const second = new Set(rpms.flatMap(({ name, coat }) => (coat.second ? [name] : [])));
  const files = (await readdir(join(scratch, 'rpms'))).toSorted();
  const placed = files.map((file) => ({ file, second: second.has(file.replace(/-[^-]+-[^-]+$/, '')) }));
  await layRepositories(join(scratch, 'rpms'), placed, making);
}

/** The kernel itself and what else its package of no content asks for by a name that changes. */
export function kernelDebs(debs: readonly Deb[], debian: string): string[] {
  const meta = debs.find(({ name }) => name === kernelOf(debian));
  return (meta?.needs ?? []).flat().filter((name) => debs.some((deb) => deb.name === name));
}

/** Lays each down in tree/NAME below `scratch`. */
export async function unpack(
  rpms: readonly Pick<Rpm, 'name' | 'debs'>[],
  { debs, scratch, tools, log }: Pick<Making<'rpm-md'>, 'debs' | 'scratch' | 'tools' | 'log'>,
): Promise<void> {
  const list = rpms.flatMap(({ name, debs: inside }) => inside.map(({ file }) => `${name} ${file}\n`));
  await writeFile(join(scratch, 'list'), list.join(''));
  await writeFile(join(scratch, 'left-out'), `${leftOut.join('\n')}\n`);
  await copyFile(join(import.meta.dirname, 'unpack.sh'), join(scratch, 'unpack.sh'));
  const binds = [
    { from: scratch, to: 'making', writable: true },
    { from: debs, to: 'making/debs' },
  ];
  await mkdir(join(scratch, 'debs'));
  await tools.run(['bash', 'unpack.sh'], { binds, cwd: '/work/making', purpose: 'unpacking packages', log });
}

async function fill(
  rpm: Rpm,
  tree: string,
  own: ReleaseRpm | undefined,
  { distribution, standIn }: Making<'rpm-md'>,
  kernel: string,
): Promise<Filled> {
  await putOn(rpm, tree, own);
  if (rpm.name === 'rpm') {
    const { path } = distribution['rpm-database'];
    await mkdir(join(tree, 'etc/rpm'), { recursive: true });
    await writeFile(join(tree, 'etc/rpm/macros.stand-in'), `%_dbpath /${path}\n%_db_backend sqlite\n`);
  }
  const provides = [
    ...(rpm.coat.provides ?? []),
    ...(own?.provides ?? []),
    ...(rpm.name === KERNEL ? [`kernel-core-uname-r = ${kernel}`] : []),
  ];
  const requires = [
    ...new Set([...rpm.requires, ...(own?.requires ?? []), ...(standIn['file-needs'][rpm.name] ?? [])]),
  ];
  return { ...rpm, requires, provides, paths: await pathsOf(tree), scriptlets: await scriptletsOf(rpm) };
}

async function build(rpms: readonly Filled[], { scratch, arch, distribution, date, tools, log }: Making<'rpm-md'>) {
  const dist = `.stand_in${distribution.release.replaceAll('.', '_')}`;
  await writeFile(join(scratch, 'stand-in.spec'), specOf(rpms, { tree: '/work/making/tree', dist }));
  const defines = {
    _topdir: '/tmp/rpm',
    _tmppath: '/tmp',
    _rpmdir: '/work/making/rpms',
    _build_name_fmt: '%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm',
    _buildhost: 'stand-in.invalid',
    use_source_date_epoch_as_buildtime: '1',
    build_mtime_policy: 'clamp_to_source_date_epoch',
  };
  await tools.run(
    [
      ...(['rpmbuild', '-bb', '--nodeps', '--target', arch] as const),
      ...Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`]),
      'stand-in.spec',
    ],
    {
      binds: [{ from: scratch, to: 'making', writable: true }],
      cwd: '/work/making',
      env: { SOURCE_DATE_EPOCH: String(Math.floor(date.getTime() / 1000)) },
      purpose: 'building the rpms of a stand-in',
      log,
    },
  );
}

async function sign({ scratch, key, tools, log }: Making<'rpm-md'>): Promise<void> {
  const rpms = join(scratch, 'rpms');
  await tools.run(
    [
      ...(['rpmsign', '--addsign', '--define', `_gpg_name ${key.fingerprint}`] as const),
      ...['--define', '_gpg_sign_cmd_extra_args --batch --no-tty --pinentry-mode loopback --passphrase ""'],
      ...(await readdir(rpms)),
    ],
    {
      binds: [
        { from: rpms, to: 'rpms', writable: true },
        { from: key.home, to: 'key', writable: true },
      ],
      cwd: '/work/rpms',
      env: { GNUPGHOME: '/work/key' },
      purpose: 'signing the rpms of a stand-in',
      log,
    },
  );
}
