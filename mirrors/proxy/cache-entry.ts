import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** A complete answer in nginx's own cache. */
export interface CacheEntry {
  readonly file: string;
  /** Where in the file the body begins. */
  readonly bodyAt: number;
  readonly modified: Date;
}

export const cacheFile = (cache: string, key: string) => join(cache, createHash('md5').update(key).digest('hex'));

/** More than nginx takes for the head of an answer. */
const HEAD = 64 * 1024;

/**
 * An entry is a few binary fields, the line "KEY: …", the head of the answer as the mirror sent it, and its body. It appears by
 * a rename once it is whole.
 *
 * @returns undefined where there is no entry: the answer was cut off, or is not one to be kept.
 */
export async function readCacheEntry(cache: string, key: string): Promise<CacheEntry | undefined> {
  const file = cacheFile(cache, key);
  try {
    await using handle = await open(file);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    const name = Buffer.from(`\nKEY: ${key}\n`);
    const nameAt = buffer.indexOf(name);
    const end = buffer.indexOf('\r\n\r\n', nameAt + name.length);
    if (nameAt < 0 || end < 0 || end > bytesRead) return undefined;
    const head = buffer.toString('latin1', nameAt + name.length, end);
    const date = /^last-modified: *(.+)$/im.exec(head)?.[1];
    const modified = new Date(date ?? Date.now());
    return { file, bodyAt: end + 4, modified: Number.isNaN(modified.getTime()) ? new Date() : modified };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
