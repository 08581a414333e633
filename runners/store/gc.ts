import { rm } from 'node:fs/promises';
import { type Holding, inventory } from './inventory.ts';
import { lockOf, type Place, placesIn, rubbishIn } from './layout.ts';
import { FileLock, lockFile } from './lock.ts';
import { removeGeneration, removeIfEmpty } from './remove.ts';

export interface GcOptions {
  /** Bytes on the disk that may stay. */
  readonly max: number;
  /** Only tell what would be removed. */
  readonly dryRun?: boolean;
}

export interface Collected {
  readonly removed: readonly Holding[];
  /** Absolute paths of what was removed besides: drafts of builders that were killed, and the like. */
  readonly rubbish: readonly string[];
  readonly left: readonly Holding[];
}

/**
 * Removes what was not used for longest until no more than `max` bytes are kept; what is rubbish or superseded goes whatever
 * the size. Never what is in use or being made, so that more than `max` may be left.
 */
export async function gc(root: string, { max, dryRun = false }: GcOptions): Promise<Collected> {
  const rubbish: string[] = [];
  for (const place of await placesIn(root)) {
    await alone(place, async () => {
      const paths = await rubbishIn(place);
      rubbish.push(...paths);
      if (!dryRun) for (const path of paths) await rm(path, { recursive: true, force: true });
    });
  }
  const all = await inventory(root);
  const removed = new Set<Holding>();
  let bytes = all.reduce((sum, holding) => sum + holding.bytes, 0);
  for (const holding of all.toSorted((a, b) => Number(b.superseded) - Number(a.superseded))) {
    if (holding.inUse || (bytes <= max && !holding.superseded)) continue;
    const gone = dryRun || (await alone(holding, () => removeGeneration(holding, holding.generation)));
    if (!gone) continue;
    bytes -= holding.bytes;
    removed.add(holding);
  }
  if (!dryRun) for (const place of await placesIn(root)) await alone(place, () => removeIfEmpty(place));
  return { removed: [...removed], rubbish, left: all.filter((holding) => !removed.has(holding)) };
}

/** Does something while nobody makes or removes anything at a place; `undefined` where somebody does, or the place is gone. */
async function alone<T>(place: Place, act: () => Promise<T>): Promise<T | undefined> {
  const lock = await lockFile(lockOf(place), 'exclusive', { create: true });
  if (!(lock instanceof FileLock)) return undefined;
  using _entered = lock;
  return await act();
}
