import { join } from 'node:path';
import { damageIn } from './contents.ts';
import { generationFolder, generationsOf, MANIFEST, type Place, placesIn } from './layout.ts';
import { FileLock, lockFile } from './lock.ts';
import { forgetLooks, readManifest, writeLooks } from './manifest.ts';

export interface Verdict extends Place {
  /** Absolute; `folder` is that of all generations of the key. */
  readonly path: string;
  readonly label?: string;
  /** What is wrong with it, a line each. */
  readonly damage: readonly string[];
}

/**
 * Reads and hashes all that is kept, or what `key` begins the key of. What is damaged is left as it is, and made anew when it
 * is next asked for. Nothing is removed meanwhile.
 */
export async function* verify(root: string, key = '', signal?: AbortSignal): AsyncGenerator<Verdict> {
  for (const place of (await placesIn(root)).filter((each) => each.key.startsWith(key))) {
    for (const generation of await generationsOf(place)) {
      const verdict = await verdictOn(place, generation, signal);
      if (verdict) yield verdict;
    }
  }
}

async function verdictOn(place: Place, generation: number, signal?: AbortSignal): Promise<Verdict | undefined> {
  const path = generationFolder(place, generation);
  const lock = await lockFile(join(path, MANIFEST), 'shared', { patience: 5, signal });
  // Removed since it was listed, or just being removed.
  if (lock === 'busy' || (lock === 'gone' && !(await generationsOf(place)).includes(generation))) return undefined;
  using _held = lock instanceof FileLock ? lock : undefined;
  const manifest = await readManifest(place, generation);
  if ('problem' in manifest) return { ...place, path, damage: [manifest.problem] };
  const { damage, looks } = await damageIn(path, manifest.files, undefined, signal);
  // A disk that failed may show its files as they were: without this, those of a large entry would be trusted.
  if (damage.length > 0) await forgetLooks(place, generation);
  else await writeLooks(place, generation, looks);
  return { ...place, path, ...(manifest.label === undefined ? {} : { label: manifest.label }), damage };
}
