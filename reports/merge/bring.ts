import { constants, copyFileSync, linkSync, lstatSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/**
 * Has a file or folder of `root` lie at another place as well: the same file where both are on one filesystem, else a copy.
 * What is not there is passed over, and so is what a link inside leads out of `root`: records may come from anywhere.
 */
export function bring(from: string, to: string, root: string): void {
  const found = lstatSync(from, { throwIfNoEntry: false });
  if (!found || !`${realpathSync(dirname(from))}${sep}`.startsWith(`${realpathSync(root)}${sep}`)) return;
  if (found.isDirectory()) {
    mkdirSync(to, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(from)) bring(join(from, name), join(to, name), root);
  } else if (found.isFile()) {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    linkOrCopy(from, to);
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Two names in the record for one file.
    if (code === 'EEXIST') return;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}
