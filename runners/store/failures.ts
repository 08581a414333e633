import { statfs } from 'node:fs/promises';
import { GuestFailure, HarnessError, UsageError } from '../errors.ts';
import { pasteable } from '../process/command.ts';
import { spaceOf } from './contents.ts';
import type { Place } from './layout.ts';

const NO_SPACE = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/;
const GIB = 2 ** 30;

/** What went wrong while an entry was made, in words that say what to do where it was the cache folder that failed. */
export async function explained(error: unknown, root: string, { kind, key }: Place): Promise<unknown> {
  // A guest that fills its own disk says the same words, and means another disk.
  if (error instanceof GuestFailure || error instanceof UsageError || !(error instanceof Error)) return error;
  const { code = '', path = '' } = error as NodeJS.ErrnoException;
  if (NO_SPACE.test(`${code} ${error.message}`)) {
    const { bavail, bsize } = await statfs(root);
    const half = Math.max(1, Math.floor((await spaceOf(root)) / GIB / 2));
    return new HarnessError({
      code: 'store-full',
      message: `no space is left to make ${kind}/${key}: ${((bavail * bsize) / GIB).toFixed(1)} GiB are free in ${root}`,
      hint: 'remove what was not used for longest; or name a folder with more space by --cache',
      command: pasteable(['./stub-matrix', 'store', 'gc', '--max', `${half}G`, '--cache', root]),
      cause: error,
    });
  }
  if (['EACCES', 'EPERM', 'EROFS'].includes(code) && path.startsWith(root)) {
    return new HarnessError({
      code: 'store-not-writable',
      message: `${kind}/${key} is not there, and cannot be made in ${root}: ${error.message}`,
      hint: 'is it of another user, from a run with sudo perhaps, or read-only? --cache names another folder',
      command: pasteable(['ls', '-ld', path]),
      cause: error,
    });
  }
  return error;
}
