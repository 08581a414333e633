import { existsSync } from 'node:fs';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { damageIn, type Looks } from './contents.ts';
import { generationFolder, MANIFEST, newestOf, type Place } from './layout.ts';
import { FileLock, lockFile } from './lock.ts';
import { type Manifest, readLooks, readManifest, writeLooks } from './manifest.ts';

/** A generation that was found sound, and that nobody removes while the lock is held. */
export interface Use {
  readonly generation: number;
  readonly lock: FileLock;
  readonly manifest: Manifest;
}

/** What is not sound, and what is wrong with it: a line each. */
export interface Unsound {
  readonly generation: number;
  readonly damage: readonly string[];
}

/**
 * Up to this size, in bytes, an entry is hashed in full when a process first uses it: 20 ms at most. A larger one is read only
 * where its files do not look as they did when last hashed. Only a failing disk deceives that; `store verify` finds it out.
 */
export const ALWAYS_HASHED = 16 * 2 ** 20;

/** @param checked by folder, how files looked that this process has hashed. @returns `undefined` where there is nothing. */
export async function use(
  place: Place,
  checked: Map<string, Looks>,
  signal?: AbortSignal,
): Promise<Use | Unsound | undefined> {
  for (;;) {
    const generation = await newestOf(place);
    if (generation === 0) return undefined;
    const folder = generationFolder(place, generation);
    const lock = await lockFile(join(folder, MANIFEST), 'shared', { patience: 5, signal });
    // Who removes it holds the lock, and then it is gone with its folder; else somebody took the manifest out.
    if (lock === 'gone' && existsSync(folder) && !existsSync(join(folder, MANIFEST))) {
      return { generation, damage: [`${MANIFEST}: is missing`] };
    }
    if (!(lock instanceof FileLock)) continue;
    try {
      const manifest = await readManifest(place, generation);
      const damage =
        'problem' in manifest ? [manifest.problem] : await damageOf(place, generation, manifest, checked, signal);
      if ('problem' in manifest || damage.length > 0) {
        lock.release();
        return { generation, damage };
      }
      const now = new Date();
      // A cache that can only be read forgets when it was used.
      await utimes(folder, now, now).catch(() => {});
      return { generation, lock, manifest };
    } catch (error) {
      lock.release();
      throw error;
    }
  }
}

async function damageOf(
  place: Place,
  generation: number,
  manifest: Manifest,
  checked: Map<string, Looks>,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const folder = generationFolder(place, generation);
  const large = sizeOf(manifest) > ALWAYS_HASHED;
  const kept = large ? await readLooks(place, generation) : undefined;
  const known = checked.get(folder) ?? kept;
  const { damage, looks } = await damageIn(folder, manifest.files, known, signal);
  if (damage.length > 0) return damage;
  checked.set(folder, looks);
  if (large && !isDeepStrictEqual(kept, looks)) await writeLooks(place, generation, looks);
  return [];
}

/** Bytes of all files, holes and all. */
function sizeOf({ files }: Manifest): number {
  return Object.values(files).reduce((sum, file) => sum + ('size' in file ? file.size : 0), 0);
}
