import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { File } from '../../../mirrors/proxy/origin.test-support.ts';
import { run } from '../../../runners/process/command.ts';

/** The suites that debian13.sh reads. */
const SUITES = ['trixie', 'trixie-updates', 'trixie-security'];

/** What an archive is made of, and what is wrong with it. */
export interface Recipe {
  /** The text of its index. */
  readonly packages?: string;
  /** When it says that it was made; now, where it is not said. */
  readonly date?: Date;
  readonly validUntil?: Date;
  /** Changes what was signed already. */
  readonly tamper?: (inRelease: string) => string;
  /** In place of the index that was promised. */
  readonly otherIndex?: string;
  readonly pool?: Readonly<Record<string, Buffer>>;
}

export interface Signer {
  readonly publicKey: string;
  sign(text: string): Promise<string>;
}

/** A key of nobody's, in a folder that must not exist yet. */
export async function newSigner(folder: string): Promise<Signer> {
  await mkdir(folder, { mode: 0o700 });
  const env = { GNUPGHOME: folder };
  const gpg: [string, ...string[]] = [
    'gpg',
    '--batch',
    '--quiet',
    '--no-tty',
    '--pinentry-mode',
    'loopback',
    '--passphrase',
    '',
  ];
  await run([...gpg, '--quick-generate-key', 'Nobody', 'rsa3072', 'sign', '1y'], { env });
  const { stdout: publicKey } = await run([...gpg, '--armor', '--export'], { env });
  return {
    publicKey,
    async sign(text) {
      const [plain, signed] = [join(folder, 'plain'), join(folder, 'signed')];
      await writeFile(plain, text);
      await run([...gpg, '--yes', '--clear-sign', '--output', signed, plain], { env });
      return readFile(signed, 'utf8');
    },
  };
}

const httpDate = (date: Date) => date.toUTCString().replace('GMT', 'UTC');

/** An archive of apt's below `prefix`, as files of a web server. */
export async function archive(prefix: string, signer: Signer, recipe: Recipe): Promise<Record<string, File>> {
  const { packages = '', date = new Date(), validUntil, tamper = (text) => text, otherIndex, pool = {} } = recipe;
  const files: Record<string, File> = {};
  for (const suite of SUITES) {
    const index = suite === 'trixie' ? packages : '';
    const sum = createHash('sha256').update(index).digest('hex');
    const release = [
      'Origin: Nobody',
      `Suite: ${suite}`,
      `Codename: ${suite}`,
      `Date: ${httpDate(date)}`,
      ...(validUntil ? [`Valid-Until: ${httpDate(validUntil)}`] : []),
      'Acquire-By-Hash: no',
      'Architectures: amd64',
      'Components: main',
      'SHA256:',
      ` ${sum} ${Buffer.byteLength(index)} main/binary-amd64/Packages`,
      '',
    ].join('\n');
    const folder = `${prefix}/dists/${suite}`;
    files[`${folder}/InRelease`] = { body: tamper(await signer.sign(release)) };
    files[`${folder}/main/binary-amd64/Packages`] = { body: suite === 'trixie' ? (otherIndex ?? index) : index };
  }
  for (const [name, body] of Object.entries(pool)) files[`${prefix}/pool/${name}`] = { body };
  return files;
}

/** An entry of an index for a package that may or may not be there. */
export function entry(name: string, file?: Buffer, more = ''): string {
  const body = file ?? Buffer.from('nothing');
  const sum = createHash('sha256').update(body).digest('hex');
  return [
    `Package: ${name}`,
    'Version: 1',
    'Architecture: amd64',
    'Maintainer: nobody',
    'Description: of nobody',
    ...(more ? [more] : []),
    `Filename: pool/${name}.deb`,
    `Size: ${body.length}`,
    `SHA256: ${sum}`,
    '',
    '',
  ].join('\n');
}

/** A package with these files, made by dpkg-deb. */
export async function deb(
  folder: string,
  name: string,
  { postinst, content = {} }: { readonly postinst?: string; readonly content?: Readonly<Record<string, Buffer>> },
): Promise<Buffer> {
  const tree = join(folder, name);
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  const control = `Package: ${name}\nVersion: 1\nArchitecture: amd64\nMaintainer: nobody\nDescription: of nobody\n`;
  await writeFile(join(tree, 'DEBIAN/control'), control);
  if (postinst !== undefined) await writeFile(join(tree, 'DEBIAN/postinst'), postinst, { mode: 0o755 });
  for (const [path, body] of Object.entries(content)) await writeFile(join(tree, path), body);
  await run(['dpkg-deb', '-Zgzip', '--root-owner-group', '-b', tree, `${tree}.deb`]);
  return readFile(`${tree}.deb`);
}
