import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../runners/process/command.ts';

/** A program of the installer's. */
export const tool = (name: string) => fileURLToPath(new URL(`../files/usr/lib/stub/install/${name}`, import.meta.url));

export interface Package {
  /** Lines of its control file besides the obligatory ones. */
  readonly control?: string;
  /** Files of its own, path → content. */
  readonly files?: Readonly<Record<string, string>>;
  /** Other files beside the control file, such as `conffiles` and `preinst`. */
  readonly scripts?: Readonly<Record<string, string>>;
  readonly architecture?: 'all' | 'amd64';
  readonly compression?: 'none' | 'gzip' | 'xz' | 'zstd';
}

/** Builds a package with Debian's own tool. @returns the file. */
export async function buildPackage(work: string, name: string, parts: Package = {}): Promise<string> {
  const { control = '', files = {}, scripts = {}, architecture = 'all', compression = 'xz' } = parts;
  const root = join(work, `${name}.root`);
  const head = `Package: ${name}\nVersion: 1.0-1\nArchitecture: ${architecture}\nMaintainer: Nobody <nobody@example.org>\n`;
  const all: Record<string, string> = {
    ...files,
    'DEBIAN/control': `${head}${control}Description: a package\n for tests\n`,
  };
  for (const [file, content] of Object.entries(scripts)) all[`DEBIAN/${file}`] = content;
  for (const [path, content] of Object.entries(all)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    const mode = /^DEBIAN\/(pre|post)/.test(path) ? 0o755 : 0o644;
    await writeFile(join(root, path), content, { mode });
  }
  // As each of Debian's own brings it
  const sums = Object.entries(files).map(([path, content]) => `${hash('md5', content)}  ${path}\n`);
  await writeFile(join(root, 'DEBIAN/md5sums'), sums.join(''));
  const deb = join(work, `${name}.deb`);
  await run(['dpkg-deb', '--root-owner-group', `-Z${compression}`, '--uniform-compression', '--build', root, deb]);
  return deb;
}
