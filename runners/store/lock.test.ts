import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileLock, lockFile } from './lock.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
  path = join(folder, 'lock');
  await writeFile(path, '');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('many may share it; one excludes all others, within a process too', async () => {
  const shared = [await lockFile(path, 'shared'), await lockFile(path, 'shared')] as FileLock[];
  expect(shared.every((lock) => lock instanceof FileLock)).toBe(true);
  expect(await lockFile(path, 'exclusive')).toBe('busy');
  for (const lock of shared) lock.release();
  using alone = (await lockFile(path, 'exclusive')) as FileLock;
  expect(alone).toBeInstanceOf(FileLock);
  expect(await lockFile(path, 'shared')).toBe('busy');
});

test('releasing twice is releasing once, though the number of the descriptor is another file by then', async () => {
  const lock = (await lockFile(path, 'exclusive')) as FileLock;
  lock.release();
  using next = (await lockFile(path, 'exclusive')) as FileLock;
  lock.release();
  expect(next).toBeInstanceOf(FileLock);
  expect(await lockFile(path, 'exclusive')).toBe('busy');
});

test('kill -9 ends it, also where what the killed one had started lives on', async () => {
  const script = `
    const { lockFile } = await import(${JSON.stringify(join(import.meta.dirname, 'lock.ts'))});
    const { spawn } = await import('node:child_process');
    globalThis.lock = await lockFile(${JSON.stringify(path)}, 'exclusive');
    const { pid } = spawn('sleep', ['60'], { stdio: 'ignore' });
    console.log(pid);
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', script]);
  const [child] = (await once(holder.stdout, 'data')) as [Buffer];
  const orphan = Number(child.toString());
  expect(await lockFile(path, 'exclusive')).toBe('busy');
  const ended = once(holder, 'close');
  holder.kill('SIGKILL');
  await ended;
  expect(existsSync(`/proc/${orphan}`)).toBe(true);
  using lock = (await lockFile(path, 'exclusive')) as FileLock;
  expect(lock).toBeInstanceOf(FileLock);
  process.kill(orphan);
});

test('who waits for a file that is then removed learns that it is gone, though there be a new one of its name', async () => {
  const holder = (await lockFile(path, 'exclusive')) as FileLock;
  const waiting = lockFile(path, 'shared', { patience: 30 });
  await expect.poll(() => waiters(path)).toBe(1);
  await rm(path);
  await writeFile(path, '');
  holder.release();
  expect(await waiting).toBe('gone');
  expect(await lockFile(join(folder, 'none'), 'shared')).toBe('gone');
});

test('a wait ends with its patience, and at once when it is broken off', async () => {
  using _holder = (await lockFile(path, 'exclusive')) as FileLock;
  expect(await lockFile(path, 'exclusive', { patience: 1 })).toBe('busy');
  const interruption = new AbortController();
  const waiting = lockFile(path, 'exclusive', { patience: 60, signal: interruption.signal });
  interruption.abort(new Error('interrupted'));
  await expect(waiting).rejects.toThrow('interrupted');
});

test('what cannot be locked is said', async () => {
  const before = process.env.PATH;
  process.env.PATH = folder;
  try {
    await expect(lockFile(path, 'shared')).rejects.toMatchObject({ code: 'cannot-lock' });
  } finally {
    process.env.PATH = before;
  }
});

/** How many wait for a lock on a file, as the kernel tells. */
async function waiters(file: string): Promise<number> {
  const { ino } = await stat(file);
  const lines = (await readFile('/proc/locks', 'utf8')).split('\n');
  return lines.filter((line) => line.includes('->') && line.includes(`:${ino} `)).length;
}
