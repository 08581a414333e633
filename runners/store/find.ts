import { type Difference, differencesOf } from './difference.ts';
import { type Inputs, keyOf } from './inputs.ts';
import { generationFolder, newestOf, type Place, placeOf, placesIn } from './layout.ts';
import { type Manifest, readManifest } from './manifest.ts';

/** An entry as its manifest tells of it. */
export interface Kept {
  readonly manifest: Manifest;
  /** Absolute. */
  readonly folder: string;
}

export interface Hit {
  readonly key: string;
  readonly hit: Kept;
}

export interface Miss {
  readonly key: string;
  readonly kind: string;
  /** What is there instead, and what its inputs differ in; absent where there is nothing of that kind. */
  readonly nearest?: Kept & { readonly differences: readonly Difference[] };
}

export type Found = Hit | Miss;

/**
 * Looks an entry up without making, locking or hashing anything. Where there is none, the nearest is an earlier one of the
 * same label if there is any, then the one with the fewest other inputs, then the one made last.
 */
export async function find(root: string, kind: string, inputs: Inputs, label?: string): Promise<Found> {
  const key = keyOf(inputs);
  const hit = await keptAt(placeOf(root, kind, key));
  if (hit) return { key, hit };
  const near = (await keptIn(root, kind))
    .map((each) => ({ ...each, differences: differencesOf(each.manifest.inputs, inputs) }))
    .toSorted(
      (a, b) =>
        Number(b.manifest.label === label) - Number(a.manifest.label === label) ||
        a.differences.length - b.differences.length ||
        b.manifest.made.at.localeCompare(a.manifest.made.at),
    );
  return { key, kind, ...(near[0] ? { nearest: near[0] } : {}) };
}

/** All entries of a kind whose manifests can be read, by these. */
export async function keptIn(root: string, kind: string): Promise<Kept[]> {
  const kept = await Promise.all((await placesIn(root, kind)).map(keptAt));
  return kept.filter((each) => each !== undefined);
}

/** The newest generation of a place, if its manifest can be read. */
export async function keptAt(place: Place): Promise<Kept | undefined> {
  const generation = await newestOf(place);
  const manifest = generation === 0 ? undefined : await readManifest(place, generation);
  if (!manifest || 'problem' in manifest) return undefined;
  return { manifest, folder: generationFolder(place, generation) };
}
