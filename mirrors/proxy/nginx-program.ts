import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../../runners/errors.ts';
import type { RunRegister } from '../../runners/host/run-register.ts';
import { findTools } from '../../runners/host/tools.ts';
import { attempt } from '../../runners/process/command.ts';

/** The packages of Debian and Ubuntu that may hold the program itself, by age of the release the youngest first. */
const PACKAGES = ['nginx', 'nginx-core', 'nginx-light'];

const folderIn = (cacheFolder: string) => join(cacheFolder, 'nginx');
const PROGRAM = 'usr/sbin/nginx';

/** Absolute path of the host's nginx, else of the one that was unpacked here before; undefined where there is neither. */
export function findNginx(cacheFolder: string): string | undefined {
  const installed = findTools(['proxy'], []).find(({ probes }) => probes.includes('nginx'))?.path;
  if (installed !== undefined) return installed;
  const folder = folderIn(cacheFolder);
  const unpacked = existsSync(folder) ? readdirSync(folder) : [];
  return unpacked.map((name) => join(folder, name, PROGRAM)).find((path) => existsSync(path));
}

/**
 * Unpacks nginx out of the host's own archive, verified by apt, into the cache: the package would have the host serve the
 * world on port 80 from then on, and needs root.
 *
 * @returns the program; undefined where there is no apt, or none of its packages holds an nginx that runs here.
 */
export async function unpackNginx(
  cacheFolder: string,
  register: Pick<RunRegister, 'folder'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const folder = folderIn(cacheFolder);
  const draft = join(folder, `draft-${process.pid}`);
  using _ = register.folder(draft);
  try {
    for (const name of PACKAGES) {
      const tree = join(draft, 'tree');
      await mkdir(tree, { recursive: true, mode: 0o700 });
      if (!(await works(['apt-get', 'download', '-q', name], draft, signal))) continue;
      const deb = readdirSync(draft).find((file) => file.startsWith(`${name}_`)) ?? '';
      if (!(await works(['dpkg-deb', '-x', deb, tree], draft, signal))) continue;
      if (!(await works([join(tree, PROGRAM), '-v'], draft, signal))) continue;
      const place = join(folder, deb.replace(/\.deb$/, ''));
      // Another run may have been quicker.
      await rename(tree, place).catch(() => {});
      return join(place, PROGRAM);
    }
    return undefined;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function works(argv: readonly [string, ...string[]], cwd: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await attempt(argv, { cwd, signal, timeout: 120 })).exitCode === 0;
  } catch (error) {
    signal.throwIfAborted();
    // There is no such command.
    if (error instanceof HarnessError) return false;
    throw error;
  }
}
