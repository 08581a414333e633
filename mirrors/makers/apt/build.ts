import { createHash } from 'node:crypto';
import { chmod, copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarnessError } from '../../../runners/errors.ts';
import type { Making } from '../maker.ts';
import { own } from './names.ts';

const here = import.meta.dirname;
const OS_RELEASE = 'usr/lib/os-release';

/** Builds the package of that name and version. @returns the file. */
export async function buildOwn(name: string, version: string, making: Making<'debootstrap'>): Promise<string> {
  const row = own[name];
  if (!row) throw new RangeError(`no package of ours is called ${name}`);
  const tree = join(making.scratch, 'own', `${name}-${version}`);
  await mkdir(join(tree, 'DEBIAN'), { recursive: true });
  if (row.program) {
    await cp(join(here, 'files', name), tree, { recursive: true });
    const program = join(tree, row.program.path);
    await mkdir(dirname(program), { recursive: true });
    await copyFile(await compiled(name, making), program);
    await chmod(program, 0o755);
  }
  const control = {
    Package: name,
    Version: version,
    Architecture: making.debian,
    Maintainer: 'stub-matrix <nobody@stand-in.invalid>',
    Depends: row.depends(making.debian).join(', '),
    Description: `${row.about} (stub-matrix stand-in)`,
  };
  await writeFile(join(tree, 'DEBIAN/control'), fieldsOf(control));
  await writeFile(join(tree, 'DEBIAN/md5sums'), await sumsOf(tree));
  return pack(tree, making);
}

/** Debian's base-files with the os-release of the distribution, which says that it is a stand-in. @returns the file. */
export async function baseFiles(deb: string, making: Making<'debootstrap'>): Promise<string> {
  const { distribution, scratch, debs, tools, log } = making;
  const tree = join(scratch, 'own', 'base-files');
  const file = deb.split('/').at(-1) ?? '';
  await tools.run(['dpkg-deb', '--raw-extract', `/work/debs/${file}`, '/work/own/base-files'], {
    binds: [
      { from: debs, to: 'debs' },
      { from: join(scratch, 'own'), to: 'own', writable: true },
    ],
    purpose: 'unpacking base-files',
    log,
  });
  const { title, suite, 'os-release': os } = distribution;
  await writeFile(
    join(tree, OS_RELEASE),
    Object.entries({
      NAME: title,
      ID: os.ID,
      ID_LIKE: 'debian',
      VERSION_ID: os.VERSION_ID ?? '',
      VERSION_CODENAME: suite,
      PRETTY_NAME: `${title} (stub-matrix stand-in)`,
      VARIANT: 'stub-matrix stand-in',
      VARIANT_ID: 'stand-in',
    })
      .map(([name, value]) => `${name}="${value}"\n`)
      .join(''),
  );
  const sums = (await readFile(join(tree, 'DEBIAN/md5sums'), 'utf8')).split('\n');
  const others = sums.filter((line) => !line.endsWith(`  ${OS_RELEASE}`)).join('\n');
  await writeFile(join(tree, 'DEBIAN/md5sums'), `${others.trimEnd()}\n${await sumOf(tree, OS_RELEASE)}`);
  const control = await readFile(join(tree, 'DEBIAN/control'), 'utf8');
  await writeFile(join(tree, 'DEBIAN/control'), control.replace(/^(Version: .*)$/m, '$1+standin1'));
  return pack(tree, making);
}

async function compiled(name: string, { compile }: Making<'debootstrap'>): Promise<string> {
  if (name !== 'llmnrd') throw new RangeError(`${name} is nothing that is compiled`);
  return compile(name);
}

const fieldsOf = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');

/** dpkg-deb gives all to root, and packs as Ubuntu does, which is also the quickest to unpack. */
async function pack(tree: string, { scratch, date, tools, log }: Making<'debootstrap'>): Promise<string> {
  const name = tree.split('/').at(-1) ?? '';
  await mkdir(join(scratch, 'built', name), { recursive: true });
  await tools.run(
    ['dpkg-deb', '--root-owner-group', '-Zzstd', '--uniform-compression', '--build', `own/${name}`, `built/${name}/`],
    {
      binds: [{ from: scratch, to: 'making', writable: true }],
      cwd: '/work/making',
      env: { SOURCE_DATE_EPOCH: String(Math.floor(date.getTime() / 1000)) },
      purpose: `building the package ${name}`,
      log,
    },
  );
  const [file] = await readdir(join(scratch, 'built', name));
  if (file) return join(scratch, 'built', name, file);
  throw new HarnessError({ code: 'stand-in-package', message: `dpkg-deb built nothing of ${name}`, evidence: log });
}

async function sumsOf(tree: string): Promise<string> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(tree.length + 1))
    .filter((path) => !path.startsWith('DEBIAN/'))
    .toSorted();
  return (await Promise.all(paths.map((path) => sumOf(tree, path)))).join('');
}

/** A line of md5sums. */
async function sumOf(tree: string, path: string): Promise<string> {
  const sum = createHash('md5').update(await readFile(join(tree, path)));
  return `${sum.digest('hex')}  ${path}\n`;
}
