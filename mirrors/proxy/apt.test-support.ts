import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt, type CommandResult, run } from '../../runners/process/command.ts';
import type { File } from './origin.test-support.ts';

/** A Debian archive of one package, signed by a key of its own, as the files of an origin. */
export interface Archive {
  readonly files: Readonly<Record<string, File>>;
  /** The paths of its files, below /debian. */
  readonly paths: { readonly release: string; readonly index: string; readonly package: string };
  readonly keyring: string;
}

const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Makes one in `folder`. The package holds noise, so that it is as large as it says. */
export async function makeArchive(folder: string): Promise<Archive> {
  const tree = join(folder, 'tree');
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  const control = [
    'Package: pkg',
    'Version: 1+x',
    'Architecture: all',
    'Maintainer: t <t@t>',
    'Description: t',
    '',
  ].join('\n');
  await writeFile(join(tree, 'DEBIAN/control'), control);
  await writeFile(join(tree, 'noise'), randomBytes(300_000));
  await run(['dpkg-deb', '--root-owner-group', '-Znone', '--build', tree, join(folder, 'pkg.deb')]);
  const deb = await readFile(join(folder, 'pkg.deb'));

  const filename = 'pool/main/pkg_1+x_all.deb';
  const fields = [`Filename: ${filename}`, `Size: ${deb.length}`, `SHA256: ${sha256(deb)}`, ''].join('\n');
  await writeFile(join(folder, 'Packages'), control.replace('Description', `${fields}Description`).concat('\n'));
  await run(['xz', '--keep', join(folder, 'Packages')]);
  const [plain, packed] = await Promise.all(['Packages', 'Packages.xz'].map((name) => readFile(join(folder, name))));
  if (!plain || !packed) throw new Error('no index');
  const line = (name: string, bytes: Buffer) => ` ${sha256(bytes)} ${bytes.length} main/binary-amd64/${name}`;
  const release = [
    ...['Origin: Test', 'Suite: s', 'Codename: s', 'Architectures: amd64', 'Components: main', 'Acquire-By-Hash: yes'],
    ...[`Date: ${new Date().toUTCString()}`, 'SHA256:', line('Packages', plain), line('Packages.xz', packed), ''],
  ].join('\n');

  const home = join(folder, 'gnupg');
  await mkdir(home, { mode: 0o700 });
  const gpg = (args: string[], input?: string) =>
    run(['gpg', '--homedir', home, '--batch', '--no-tty', ...args], input === undefined ? {} : { input });
  await gpg(['--passphrase', '', '--quick-generate-key', 'test', 'ed25519', 'sign']);
  const keyring = join(folder, 'keyring.gpg');
  await gpg(['--output', keyring, '--export']);
  const { stdout: signed } = await gpg(['--clearsign', '--output', '-'], release);
  await attempt(['gpgconf', '--homedir', home, '--kill', 'all']);

  const paths = {
    release: '/debian/dists/s/InRelease',
    index: `/debian/dists/s/main/binary-amd64/by-hash/SHA256/${sha256(packed)}`,
    package: `/debian/${filename}`,
  };
  const files = {
    [paths.release]: { body: `${signed}\n` },
    [paths.index]: { body: packed },
    [paths.package]: { body: deb },
  };
  return { files, paths, keyring };
}

/** An apt that knows one archive and nothing of this host, and reaches it through a proxy. */
export class Apt implements AsyncDisposable {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(folder: string, env: Readonly<Record<string, string>>) {
    this.#folder = folder;
    this.#env = env;
  }

  static async open(uri: string, keyring: string, port: number): Promise<Apt> {
    const folder = await mkdtemp(join(tmpdir(), 'apt-'));
    for (const name of ['lists/partial', 'archives/partial']) await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, 'status'), '');
    await writeFile(join(folder, 'sources'), `deb [signed-by=${keyring}] ${uri} s main\n`);
    const settings = {
      ...{
        'Dir::Etc::main': '/dev/null',
        'Dir::Etc::parts': '/dev/null',
        'Dir::Etc::SourceList': join(folder, 'sources'),
      },
      ...{ 'Dir::Etc::SourceParts': '/dev/null', 'Dir::State': folder, 'Dir::State::status': join(folder, 'status') },
      ...{ 'Dir::Cache': folder, 'APT::Architecture': 'amd64', 'APT::Sandbox::User': '', 'Acquire::Languages': 'none' },
    };
    const config = join(folder, 'apt.conf');
    await writeFile(
      config,
      Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`),
    );
    return new Apt(folder, { APT_CONFIG: config, http_proxy: `http://127.0.0.1:${port}`, LC_ALL: 'C' });
  }

  update(): Promise<CommandResult> {
    return attempt(['apt-get', '-q', '-o', 'APT::Update::Error-Mode=any', 'update'], { env: this.#env });
  }

  download(): Promise<CommandResult> {
    return attempt(['apt-get', '-q', 'download', 'pkg'], { env: this.#env, cwd: this.#folder });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }
}
