import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { architectures } from '../../image/recipe.ts';
import { standInTools } from '../../image/workshop/stand-ins.ts';
import { openStandInWorkshop, type Workshop } from '../../image/workshop/workshop.ts';
import type { Wanted } from '../../mirrors/makers/maker.ts';
import { obtainStandIn, type StandInArchive } from '../../mirrors/makers/obtain.ts';
import { makeSigningKey } from '../../mirrors/makers/signing-key.ts';
import { readStandIn } from '../../mirrors/stand-ins.ts';
import { defaultCacheFolder } from '../host/cache-folder.ts';
import { RunRegister } from '../host/run-register.ts';
import { loadMatrix } from '../matrix/load.ts';
import { Store } from '../store/store.ts';
import { imageArchiveOf } from './image.ts';

/** Of the host's architecture, since scriptlets run when it is installed; small, so without kernel and package manager. */
const arch = 'x86_64';
const cacheFolder = defaultCacheFolder(process.env, process.cwd());
const { signal } = new AbortController();

let root: string;
let register: RunRegister;
let tools: Workshop;
let standIn: StandInArchive;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'stand-in-'));
  register = new RunRegister(join(root, 'state'), 'test');
  const debian = await imageArchiveOf({}, signal);
  const origin = { uri: debian.uri, releaseDate: debian.date };
  const log = join(root, 'log');
  // The tools are the user's own; what is made of them is the test's.
  tools = await openStandInWorkshop({ origin, store: new Store(cacheFolder), cacheFolder, log, register });
  const { rocky8 } = loadMatrix().distributions;
  const row = { ...rocky8, 'first-packages': ['rocky-release', 'bash', 'coreutils'], packages: ['less', 'socat'] };
  const published = { [arch]: { archive: 'rocky', 'cpu-floor': 'x86-64', 'kernel-package': 'less' } };
  const wanted = {
    id: 'rocky8',
    arch,
    debian: architectures[arch].debian,
    distribution: { ...row, published },
    standIn: readStandIn('rocky8'),
  } as unknown as Wanted<'rpm-md'>;
  standIn = await obtainStandIn(wanted, {
    sources: { lines: [`deb ${origin.uri} trixie main`], releases: { trixie: origin.releaseDate } },
    tools: async () => tools,
    compile: async (program) => expect.fail(`${program} is in no rpm`),
    toolsKey: standInTools,
    store: new Store(join(root, 'store')),
    log,
  });
});

afterAll(async () => {
  await standIn?.[Symbol.asyncDispose]();
  register?.release();
  await rm(root, { recursive: true, force: true });
});

/** Has dnf of Debian install from the archive into an empty root, with nothing trusted but the key. */
async function install(archive: string, keyring: string, ...names: readonly string[]) {
  const target = await mkdtemp(join(root, 'target-'));
  await cp(keyring, join(target, 'key.asc'));
  const repositories = ['baseos', 'appstream'].map((id) => {
    const path = id === 'baseos' ? 'BaseOS' : 'AppStream';
    const settings = ['gpgcheck=1', 'gpgkey=file:///work/target/key.asc'].map((each) => `--setopt=${id}.${each}`);
    return ['--repofrompath', `${id},file:///work/archive/8/${path}/${arch}/os`, ...settings];
  });
  const argv = [
    ...[
      'dnf',
      '-y',
      '-q',
      '--installroot=/work/target',
      '--releasever=8',
      '--setopt=reposdir=/tmp',
      '--setopt=logdir=/tmp',
    ],
    ...['--setopt=cachedir=/tmp/cache', ...repositories.flat()],
    ...['install', ...names],
  ];
  const binds = [
    { from: archive, to: 'archive' },
    { from: target, to: 'target', writable: true },
  ];
  const said = tools.run(argv as [string, ...string[]], { binds, purpose: 'installing from a stand-in' });
  return { target, said };
}

test('it says what it is, is signed, and has the layout of the distribution', async () => {
  expect(await readdir(join(standIn.archive, '8'))).toEqual(['AppStream', 'BaseOS']);
  const files = await readdir(join(standIn.archive, `8/AppStream/${arch}/os/Packages`));
  expect(files).toEqual([expect.stringMatching(/^socat-.*\.x86_64\.rpm$/)]);
  const repository = join(standIn.archive, `8/BaseOS/${arch}/os`);
  const keyring = await readFile(standIn.keyring, 'utf8');
  const body = /^-----BEGIN[^\n]*\n(?:[^\n]+: [^\n]*\n)*\n(.*?)\n(?:=\S{4}\n)?-----END/s.exec(keyring)?.[1] ?? '';
  const home = await mkdtemp(join(root, 'gpgv-'));
  await writeFile(join(home, 'key.gpg'), Buffer.from(body, 'base64'));
  const named = ['repomd.xml.asc', 'repomd.xml'].map((name) => `/work/repository/repodata/${name}`);
  await tools.run(['gpgv', '--keyring', '/work/home/key.gpg', ...named], {
    binds: [
      { from: repository, to: 'repository' },
      { from: home, to: 'home' },
    ],
    purpose: 'verifying an index',
  });
});

test('dnf installs from it with signatures checked; what is installed runs, and knows what it is', async () => {
  const { target, said } = await install(standIn.archive, standIn.keyring, 'rocky-release', 'less', 'socat');
  await said;
  const release = await readFile(join(target, 'usr/lib/os-release'), 'utf8');
  expect(release).toContain('ID="rocky"');
  expect(release).toContain('VARIANT_ID="stand-in"');
  const binds = [{ from: target, to: 'target' }];
  const inside = (...argv: readonly string[]) =>
    tools.run(['chroot', '/work/target', ...argv], { binds, purpose: 'running what was installed' });
  expect((await inside('/bin/sh', '-c', 'echo $0 is bash $BASH_VERSION')).stdout).toMatch(/^\/bin\/sh is bash 5\./);
  expect((await inside('/usr/bin/less', '--version')).stdout).toMatch(/^less \d/);
});

test('a package that another key has signed is refused', async () => {
  const other = await makeSigningKey(join(root, 'other'), 'somebody else', tools);
  const { target } = await refusal(async (packages) => {
    const [file = ''] = (await readdir(packages)).filter((name) => name.startsWith('less-'));
    const binds = [
      { from: packages, to: 'packages', writable: true },
      { from: other.home, to: 'key', writable: true },
    ];
    const argv = ['rpmsign', '--resign', '--define', `_gpg_name ${other.fingerprint}`, `/work/packages/${file}`];
    await tools.run(argv as [string, ...string[]], { binds, env: { GNUPGHOME: '/work/key' }, purpose: 'signing' });
  });
  expect(await readdir(target)).not.toContain('usr');
});

test('a package that was changed after it was signed is refused', async () => {
  await refusal(async (packages) => {
    const [file = ''] = (await readdir(packages)).filter((name) => name.startsWith('less-'));
    const bytes = await readFile(join(packages, file));
    bytes[bytes.length - 100] = (bytes.at(-100) ?? 0) ^ 0xff;
    await writeFile(join(packages, file), bytes);
  });
});

/** What comes of an archive in which a package is not as it was signed, though the index says it should be so. */
async function refusal(change: (packages: string) => Promise<void>) {
  const archive = await mkdtemp(join(root, 'changed-'));
  await cp(standIn.archive, archive, { recursive: true });
  const repository = join(archive, `8/BaseOS/${arch}/os`);
  await change(join(repository, 'Packages'));
  const binds = [{ from: repository, to: 'repository', writable: true }];
  await tools.run(['createrepo_c', '--quiet', '--no-database', '/work/repository'], { binds, purpose: 'indexing' });
  const { target, said } = await install(archive, standIn.keyring, 'less');
  await expect(said).rejects.toThrow(/GPG check FAILED/);
  return { target };
}
