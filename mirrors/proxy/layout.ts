import { join } from 'node:path';

/**
 * What the proxies of all runs keep, below CACHE/packages:
 *
 *     content/3f/3f9a…                     a body, named by its SHA-256: it cannot become wrong unnoticed
 *     kept/HOST/PATH → content             what never changes under its name, after a hash has vouched for it
 *     latest/HOST/PATH → content           all else, as it was last answered: for the day when no mirror does
 *     runs/RUN.json                        what a run was answered, to be replayed
 *     work/RUN/                            nginx's own cache and sockets, for as long as the run
 *
 * HOST/PATH is the key of archives.ts. Only runs add to it, by renaming what is complete, so that any number of them may.
 */
export const packagesFolderIn = (cacheFolder: string) => join(cacheFolder, 'packages');

export type Tree = 'kept' | 'latest';

export const contentPath = (packages: string, sha256: string) => join(packages, 'content', sha256.slice(0, 2), sha256);

export const linkPath = (packages: string, tree: Tree, key: string) => join(packages, tree, key);

export const runPath = (packages: string, run: string) => join(packages, 'runs', `${run}.json`);

export const workPath = (packages: string, run: string) => join(packages, 'work', run);
