import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { ReleaseRpm } from './release.ts';
import type { Rpm } from './resolve.ts';
import type { Path } from './spec.ts';

const here = import.meta.dirname;

/** Makes of what packages of Debian laid down in `tree` what the rpm is to lay down: files of ours, other names, links, modes. */
export async function putOn({ name, coat }: Pick<Rpm, 'name' | 'coat'>, tree: string, own?: ReleaseRpm): Promise<void> {
  await mkdir(tree, { recursive: true });
  for (const [from, to] of coat.moves ?? []) {
    await mkdir(dirname(join(tree, to)), { recursive: true });
    await rename(join(tree, from), join(tree, to));
  }
  const files = join(here, 'files', name);
  if (existsSync(files)) await cp(files, tree, { recursive: true, force: true });
  for (const [path, text] of Object.entries(own?.files ?? {})) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  for (const [path, mode] of Object.entries(coat.folders ?? {})) {
    await mkdir(join(tree, path), { recursive: true });
    await chmod(join(tree, path), mode);
  }
  for (const [path, target] of [...(coat.links ?? []), ...(own?.links ?? [])]) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await rm(join(tree, path), { force: true });
    await symlink(target, join(tree, path));
  }
  for (const [path, mode] of Object.entries(coat.modes ?? {})) await chmod(join(tree, path), mode);
}

/** All paths that the rpm is to own: files and links, and folders that are empty or have a mode of their own. */
export async function pathsOf(tree: string): Promise<Path[]> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true });
  const paths = entries.map(async (entry): Promise<Path[]> => {
    const at = join(entry.parentPath, entry.name);
    const { mode } = await lstat(at);
    const path = relative(tree, at);
    if (!entry.isDirectory()) return [{ path, mode, link: entry.isSymbolicLink() }];
    const plain = (mode & 0o7777) === 0o755 && (await readdir(at)).length > 0;
    return plain ? [] : [{ path, mode, link: false, folder: true }];
  });
  return (await Promise.all(paths)).flat().toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const SECTIONS = ['post', 'posttrans'] as const;

/** The bodies of an rpm's scriptlets: those of its own file, and units that it asks to be enabled. */
export async function scriptletsOf({ name, coat }: Pick<Rpm, 'name' | 'coat'>): Promise<Record<string, string>> {
  const bodies: Record<string, string> = {};
  for (const section of SECTIONS) {
    const file = join(here, 'scriptlets', `${name}.${section}.sh`);
    if (existsSync(file)) bodies[section] = (await readFile(file, 'utf8')).replaceAll('%', '%%');
  }
  if (coat.units) bodies.post = `${bodies.post ?? ''}systemctl --no-reload preset ${coat.units.join(' ')} || :\n`;
  return bodies;
}
