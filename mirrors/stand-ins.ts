import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The distributions that have a stand-in: a miniature of their archive, made here from packages of Debian. Each is a file or
 * folder of its name.
 */
export function standIns(folder: string = join(import.meta.dirname, 'standins')): ReadonlySet<string> {
  if (!existsSync(folder)) return new Set();
  return new Set(readdirSync(folder).map((name) => name.split('.')[0] ?? name));
}
