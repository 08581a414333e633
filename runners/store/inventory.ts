import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { spaceOf } from './contents.ts';
import { generationFolder, generationsOf, MANIFEST, type Place, placesIn } from './layout.ts';
import { lockFile } from './lock.ts';
import { readManifest } from './manifest.ts';

/** A generation that is kept. */
export interface Holding extends Place {
  readonly generation: number;
  /** Absolute; `folder` is that of all generations of the key. */
  readonly path: string;
  readonly label?: string;
  /** Why its manifest cannot be read. */
  readonly problem?: string;
  /** On the disk. */
  readonly bytes: number;
  readonly lastUse: Date;
  readonly inUse: boolean;
  /** There is a newer generation: once nobody uses this one, nobody will. */
  readonly superseded: boolean;
}

/** All that is kept, what was not used for longest first. */
export async function inventory(root: string): Promise<Holding[]> {
  const holdings: Holding[] = [];
  for (const place of await placesIn(root)) {
    for (const [older, generation] of (await generationsOf(place)).entries()) {
      const holding = await holdingOf(place, generation, older > 0);
      if (holding) holdings.push(holding);
    }
  }
  return holdings.toSorted((a, b) => a.lastUse.getTime() - b.lastUse.getTime());
}

/** `undefined` for one that was removed meanwhile. */
async function holdingOf(place: Place, generation: number, superseded: boolean): Promise<Holding | undefined> {
  const path = generationFolder(place, generation);
  try {
    const manifest = await readManifest(place, generation);
    const { mtime } = await stat(path);
    return {
      ...place,
      generation,
      path,
      ...('problem' in manifest ? { problem: manifest.problem } : {}),
      ...('label' in manifest && manifest.label !== undefined ? { label: manifest.label } : {}),
      bytes: await spaceOf(path),
      lastUse: mtime,
      inUse: await isInUse(path),
      superseded,
    };
  } catch (error) {
    if (!existsSync(path)) return undefined;
    throw error;
  }
}

/** Whether somebody holds it now, which may have changed by the time that this is read. */
async function isInUse(path: string): Promise<boolean> {
  const lock = await lockFile(join(path, MANIFEST), 'exclusive');
  if (typeof lock === 'object') lock.release();
  return lock === 'busy';
}
