import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { suite } from './recipe.ts';

const here = import.meta.dirname;

/**
 * Paths below image/ that do their work before an install, after it, or only in tests: a change to them leaves what is
 * installed as it is. All others count.
 */
const UNSEEN = [
  /\.test\.ts$/,
  /^files-tests\//,
  /^(kernel|workshop|initramfs)\//,
  /^(build|contents|contract|cpio|explain|initramfs|install-inputs|toolbox|units)\.ts$/,
  /^files\/usr\/lib\/stub\/(init$|init\.d\/|kexec-lib\.sh$)/,
  /^files\/etc\//,
];

/** The installers, of which an install uses one. */
const INSTALLER = /^files\/root\/([^/]+)\.sh$/;

/**
 * The parts of our image that an install of this distribution can see: the packages and their tools, its own installer and
 * what that shares with others. Neither the kernel, nor the initramfs, nor the boot plugin. Plain JSON, to be hashed; a hash
 * for each file, so that whoever asks why is told which.
 *
 * @param release the date of the Release that the image is made from.
 */
export async function installInputsOf(distribution: string, release: string) {
  const entries = await readdir(here, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(here, join(entry.parentPath, entry.name)));
  const seen = paths.filter((path) => {
    const installer = INSTALLER.exec(path)?.[1];
    return installer ? installer === distribution : !UNSEEN.some((pattern) => pattern.test(path));
  });
  const hashed = seen.toSorted().map(async (path) => [path, await hashOf(join(here, path))] as const);
  return { suite, release, sources: Object.fromEntries(await Promise.all(hashed)) };
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
