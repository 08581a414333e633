import { existsSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../../runners/process/command.ts';
import { FileLock, lockFile } from '../../runners/store/lock.ts';
import type { Progress, Work } from '../workshop/packages.ts';

/** Beside the objects for as long as they are written. */
export const UNDERWAY = '.underway';

/**
 * The folder in which make leaves objects, kept from one build to the next: where one option changed, only what reads it is
 * compiled again. Nobody else works in it until `use` has ended.
 */
export async function withObjects<T>(
  folder: string,
  { progress, signal }: Pick<Work, 'progress' | 'signal'>,
  use: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(folder), { recursive: true });
  using _lock = await alone(`${folder}.lock`, () => progress?.('waiting for another build of this kernel'), signal);
  await takeBack(folder);
  await mkdir(folder, { recursive: true });
  // Awaited here, under the lock.
  return await use();
}

/** Kconfig's part of the folder, by which make tells what has changed since an object was compiled. */
const TOLD = 'include';
/** What that was before a build began. */
const BEFORE = '.include.before';

/**
 * Compiles into the folder. Where that is broken off it may leave half an object that looks finished: whoever uses the folder
 * next finds it as it was before, but for what was compiled anew, which is gone, and ccache has most of it back soon.
 */
export async function compile<T>(folder: string, build: () => Promise<T>): Promise<T> {
  const underway = join(folder, UNDERWAY);
  await replace(join(folder, TOLD), join(folder, BEFORE));
  await writeFile(underway, '');
  const result = await build();
  await rm(underway);
  return result;
}

/** By what make will tell in the next build what has changed, absolute: also where the last one was broken off. Nothing where all begins anew. */
export function toldIn(folder: string): string | undefined {
  return [join(folder, existsSync(join(folder, UNDERWAY)) ? BEFORE : TOLD)].find((path) => existsSync(path));
}

/** Removes what a build that was broken off has written: everything where it was the first one here. */
async function takeBack(folder: string): Promise<void> {
  const underway = join(folder, UNDERWAY);
  if (!existsSync(underway)) return;
  if (!existsSync(join(folder, BEFORE))) return await rm(folder, { recursive: true });
  const { ctimeMs: since } = await lstat(underway);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const [top = ''] = relative(folder, path).split('/');
    if (entry.isDirectory() || [UNDERWAY, TOLD, BEFORE].includes(top)) continue;
    if ((await lstat(path)).ctimeMs >= since) await rm(path);
  }
  // The times are part of it: an option that was changed and is changed back makes nothing outdated.
  await replace(join(folder, BEFORE), join(folder, TOLD));
  await rm(underway);
}

async function replace(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  if (existsSync(from)) await run(['cp', '--archive', from, to], { purpose: 'copying what make goes by' });
}

/** Waits until no other build works in the folder. The lock ends with this process, however that ends. */
async function alone(file: string, told: () => void, signal?: AbortSignal): Promise<FileLock> {
  for (let patience = 0; ; patience = 5) {
    const lock = await lockFile(file, 'exclusive', { create: true, patience, signal });
    if (lock instanceof FileLock) return lock;
    if (patience === 0) told();
  }
}

/** Steps of a first build, about: ours on x86_64, … */
const A_FIRST_BUILD = 2500;
/** … and of one in which an object is compiled again: looked after, linked, packed; and of each object, with its share of archives. */
const ALWAYS = 60;
const AN_OBJECT = 1.2;

export interface Following {
  /** What make says, absolute. */
  readonly log: string;
  /** Where it is kept how many steps a whole kernel took, absolute. */
  readonly remembered: string;
  /** How many objects have to be compiled, about, where that is known. */
  readonly outdated?: number | undefined;
  readonly progress: Progress;
}

/** Tells at each tenth how far make is, by the steps in its log as against the last time; the time left is a guess. */
export async function followSteps<T>(
  { log, remembered, outdated, progress }: Following,
  build: () => Promise<T>,
): Promise<T> {
  const steps = async () => (await readFile(log, 'utf8')).match(/^ {2}[A-Z]+ /gm)?.length ?? 0;
  const before = existsSync(log) ? await steps() : 0;
  const whole = existsSync(remembered) ? Number(await readFile(remembered, 'utf8')) : A_FIRST_BUILD;
  const expected = outdated === undefined ? whole : ALWAYS + AN_OBJECT * outdated;
  const started = Date.now();
  const stop = new AbortController();
  const follow = async () => {
    for (let told = 1; told < 10; ) {
      await sleep(2000, undefined, { signal: stop.signal });
      const part = ((await steps()) - before) / expected;
      if (part * 10 < told) continue;
      if (part >= 1) return progress('compiling: there is more of it than expected');
      told = Math.floor(part * 10) + 1;
      const left = ((Date.now() - started) / 1000 / part) * (1 - part);
      progress(`compiling: ${Math.round(part * 100)} %, about ${Math.ceil(left / 60)} min left`, left);
    }
  };
  const following = follow().catch(() => {});
  try {
    const result = await build();
    const made = (await steps()) - before;
    if (made > 1000) await writeFile(remembered, String(made));
    return result;
  } finally {
    stop.abort();
    await following;
  }
}
