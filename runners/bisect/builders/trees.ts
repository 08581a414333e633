import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unquote } from '../../../image/kernel/configuration.ts';
import { toldIn, UNDERWAY } from '../../../image/kernel/objects.ts';
import { type Readers, readingBetween } from '../../../image/kernel/readers.ts';
import { run } from '../../process/command.ts';
import { FileLock, lockFile } from '../../store/lock.ts';
import { type Configuration, distance, readConfiguration } from '../kconfig/configuration.ts';

/**
 * How many trees of objects a builder has: one for each end. Most of what is tried is near one of them, while the ends themselves
 * are nearly a whole kernel apart.
 */
export const TREES = 2;

/** Where a kernel is to be built. */
export interface Choice {
  /** The place of the folder in the list. */
  readonly tree: number;
  /** A copy of our own objects is so much nearer that it takes the folder's place first. */
  readonly afresh: boolean;
  /** How many objects have to be compiled there; not where nothing is known of what they read. */
  readonly outdated?: number;
}

/** What is known of what is compiled for what. */
export interface Known {
  readonly readers: Readers;
  /** By option, how many objects are there for it alone. */
  readonly alone: ReadonlyMap<string, number>;
}

/** What lies in a folder gives way where it leaves more than so many times as much to compile as our own objects do … */
const FARTHER = 2;
/** … and so many objects, or options, more: a copy takes a while too. */
const WORTH = 50;

/**
 * In which of a builder's folders the least has to be compiled for a configuration. One that has nothing in it yet will begin as a
 * copy of our own, and one in which another search has left something that is far away from all that is wanted now, again.
 *
 * @param folders of the builder; absolute
 * @param own in which our own kernel was built
 * @param known of our own kernel; where nothing is, options that differ are counted
 */
export async function nearestTree(
  folders: readonly string[],
  own: string,
  values: Configuration,
  known: Known | undefined,
): Promise<Choice> {
  const wanted = new Map([...values].map(([name, value]) => [name, unquote(value)]));
  const between = (held: Configuration) =>
    known ? readingBetween(known.readers, held, wanted) : distance(held, wanted);
  const lying = await lyingIn([...folders, own], own);
  const costs = lying.map((held) => (held.size > 0 ? between(held) : Number.MAX_VALUE));
  const ours = costs.pop() as number;
  const oursHeld = lying.pop() as Configuration;
  const least = Math.min(...costs);
  const afresh = least > FARTHER * ours + WORTH;
  const tree = costs.indexOf(least);
  if (!known) return { tree, afresh };
  // What was compiled for an option alone may lie in a folder of the builder's, and does not in ours, where it was never on.
  const isCopy = afresh || toldIn(folders[tree] as string) === undefined;
  const alone = isCopy ? switchedOn(known.alone, oursHeld, wanted) : 0;
  return { tree, afresh, outdated: (afresh ? ours : least) + alone };
}

/** How many objects there are for the options alone that one configuration has on and another has not. */
function switchedOn(alone: Known['alone'], held: Configuration, wanted: Configuration): number {
  const on = [...wanted].filter(([name, value]) => value === 'y' && held.get(name) !== 'y');
  return on.reduce((sum, [name]) => sum + (alone.get(name) ?? 0), 0);
}

/** The configurations of what lies compiled in folders, or would as soon as something is built there; empty ones where nothing does. */
export function lyingIn(folders: readonly string[], own: string): Promise<Configuration[]> {
  return Promise.all(
    folders.map(async (folder) => {
      // What Kconfig has taken over, not what was asked for last. There are no quotes around strings here.
      const file = join(toldIn(folder) ?? toldIn(own) ?? own, 'config/auto.conf');
      return existsSync(file) ? readConfiguration(await readFile(file, 'utf8')) : new Map();
    }),
  );
}

/**
 * An empty folder of objects begins as a copy of the one in which our own kernel was built: what is looked for is not far from
 * it, and make goes by the times of files. Not where somebody builds there now, or was broken off.
 *
 * @param afresh whether the copy takes the place of what lies there
 */
export async function sow(from: string, to: string, signal: AbortSignal, { afresh = false } = {}): Promise<void> {
  if ((existsSync(to) && !afresh) || !existsSync(join(from, '.config'))) return;
  const lock = await lockFile(`${from}.lock`, 'exclusive', { create: true });
  if (!(lock instanceof FileLock)) return;
  using _lock = lock;
  if (existsSync(join(from, UNDERWAY))) return;
  const draft = `${to}.draft`;
  await rm(draft, { recursive: true, force: true });
  await run(['cp', '--archive', '--reflink=auto', from, draft], {
    signal,
    purpose: 'copying the objects of our kernel',
  });
  await rm(to, { recursive: true, force: true });
  await rename(draft, to);
}
