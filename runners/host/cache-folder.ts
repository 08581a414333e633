import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Absolute path of the folder in which a user's images, downloads and installed disks are kept where no flag names another:
 * STUB_MATRIX_CACHE (from `cwd`), XDG_CACHE_HOME/stub-matrix, ~/.cache/stub-matrix, the first that is set.
 */
export function defaultCacheFolder(env: Readonly<Record<string, string | undefined>>, cwd: string): string {
  if (env.STUB_MATRIX_CACHE) return resolve(cwd, env.STUB_MATRIX_CACHE);
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'stub-matrix');
}
