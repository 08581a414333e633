import { join } from 'node:path';
import { suite } from './recipe.ts';
import { hashFolder } from './tree.ts';

const here = import.meta.dirname;

/** Paths below image/files/ that do their work before an install or after it: a change to them leaves what is installed as it is. */
const BOOTING = /^usr\/lib\/stub\/(init$|init\.d\/|kexec-lib\.sh$)/;
/** The installers, of which an install uses one. */
const INSTALLER = /^root\/[^/]+\.sh$/;
/** What puts the packages of the stub together. */
const RECIPE = /^(recipe|tree|accounts|llmnrd)\.ts$/;

/**
 * The parts of our image that an install of this distribution can see: the tools that it runs, its own installer and what
 * that shares with others. Neither the kernel, nor the initramfs, nor the boot plugin. Plain JSON, to be hashed.
 *
 * @param release the date of the Release that the image is made from.
 */
export async function installInputsOf(distribution: string, release: string) {
  const files = join(here, 'files');
  return {
    suite,
    release,
    recipe: await hashFolder(here, (path) => RECIPE.test(path)),
    installer: await hashFolder(files, (path) => path === `root/${distribution}.sh`),
    library: await hashFolder(files, (path) => path.startsWith('usr/lib/stub/install/')),
    files: await hashFolder(
      files,
      (path) => !BOOTING.test(path) && !INSTALLER.test(path) && !path.startsWith('usr/lib/stub/install/'),
    ),
  };
}
