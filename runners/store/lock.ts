import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { HarnessError } from '../errors.ts';

/**
 * A lock of the kernel's on a file, flock(2). It ends with this process, however that ends, so there is none to be found
 * stale, no pid to be mistaken for another's, and no clock to go by. Two locks exclude each other within a process too.
 */
export class FileLock implements Disposable {
  #descriptor: number | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  release(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

export interface LockOptions {
  /** Make the file where there is none. */
  readonly create?: boolean;
  /** Whole seconds to wait for others to release theirs; default 0. */
  readonly patience?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Locks a file: `shared` with others that do, or `exclusive`.
 *
 * @returns `busy` where others hold it still; `gone` where there is no such file, or none any more once it was locked.
 * @throws HarnessError `cannot-lock`
 */
export async function lockFile(
  path: string,
  mode: 'shared' | 'exclusive',
  { create = false, patience = 0, signal }: LockOptions = {},
): Promise<FileLock | 'busy' | 'gone'> {
  const descriptor = openToLock(path, mode, create);
  if (descriptor === undefined) return 'gone';
  const lock = new FileLock(descriptor);
  try {
    const locked = await flock(descriptor, [`--${mode}`, '--wait', String(patience)], path, signal);
    if (locked && isStillAt(path, descriptor)) return lock;
    lock.release();
    return locked ? 'gone' : 'busy';
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openToLock(path: string, mode: 'shared' | 'exclusive', create: boolean): number | undefined {
  // NFS wants a file that is open for writing; a cache that can only be read can be used all the same.
  for (const flags of [create ? 'a+' : 'r+', 'r']) {
    try {
      return openSync(path, flags, 0o600);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      if (flags === 'r' || mode === 'exclusive' || !['EACCES', 'EPERM', 'EROFS'].includes(code)) throw error;
    }
  }
}

/** Who locked a file waited for whoever held it: perhaps to remove it. */
function isStillAt(path: string, descriptor: number): boolean {
  const ours = fstatSync(descriptor, { bigint: true });
  const there = statSync(path, { bigint: true, throwIfNoEntry: false });
  return there?.ino === ours.ino && there.dev === ours.dev;
}

const CONFLICT = 75;

/**
 * Node has no call for it. flock(1) is handed our descriptor and locks what stands behind it, the open file, which outlives
 * flock(1) for as long as we have it open. Whether it was locked.
 */
async function flock(
  descriptor: number,
  args: readonly string[],
  path: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  signal?.throwIfAborted();
  const child = spawn('flock', ['--conflict-exit-code', String(CONFLICT), ...args, '3'], {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
    ...(signal ? { signal } : {}),
  });
  try {
    const [words, [exitCode]] = await Promise.all([text(child.stderr as NodeJS.ReadableStream), once(child, 'close')]);
    if (exitCode === 0) return true;
    if (exitCode === CONFLICT) return false;
    throw new Error(words.trim() || `flock ended with ${exitCode}`);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new HarnessError({
      code: 'cannot-lock',
      message: `${path} cannot be locked: ${cause instanceof Error ? cause.message : cause}`,
      hint: 'flock(1) of util-linux is needed, and a cache folder on a filesystem that knows locks; --cache names another',
      cause,
    });
  }
}
