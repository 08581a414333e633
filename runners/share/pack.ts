import { mkdir, rm } from 'node:fs/promises';
import { run } from '../process/command.ts';

/** A tree with all that an installed system has to it: owners by number, extended attributes, ACLs, holes, hard links. */
const WHOLE = ['--numeric-owner', '--xattrs', '--xattrs-include=*', '--acls', '--selinux'];

/** Fast above all: an archive is read as often as a cell starts from it, and one of a Debian takes a third of the tree. */
const COMPRESSOR = 'zstd -1 -T0 -q';

/** Packs an installed tree into one file, for the store. Sockets in it are left out. */
export async function packTree(folder: string, file: string, signal?: AbortSignal): Promise<void> {
  await run(['tar', '-C', folder, ...WHOLE, '--sparse', '-I', COMPRESSOR, '-cf', file, '.'], {
    purpose: 'packing the installed tree',
    ...(signal ? { signal } : {}),
  });
}

/**
 * Unpacks it into `folder`, which is made and must not exist. Only root can give files to others.
 *
 * @throws HarnessError `command-failed` with tar's words; then nothing is left of the folder.
 */
export async function unpackTree(file: string, folder: string, signal?: AbortSignal): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  try {
    await run(['tar', '-C', folder, ...WHOLE, '--same-owner', '-p', '-I', 'zstd -q', '-xf', file], {
      purpose: 'unpacking the installed tree',
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
