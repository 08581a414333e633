import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Where things lie below the root of a store:
 *
 *     images/0f1f8d6698e96d6d3616/    all that was ever made of these inputs
 *       lock                          locked by who makes it, and by who removes it; empty
 *       draft-1234-5c0e11aa/          being made by process 1234
 *       1/                            a generation: what the builder left, and manifest.json; never changed again
 *       1.checked.json                how its files looked when they were last hashed
 *
 * The highest generation is the entry. A second one comes into being beside the first where an entry was damaged or is to
 * be fresh, so that nothing ever changes under the hands of who uses the first.
 */
export interface Place {
  readonly kind: string;
  readonly key: string;
  /** Absolute. */
  readonly folder: string;
}

export const MANIFEST = 'manifest.json';

export function placeOf(root: string, kind: string, key: string): Place {
  return { kind, key, folder: join(root, kind, key) };
}

export const lockOf = ({ folder }: Place) => join(folder, 'lock');

export const generationFolder = ({ folder }: Place, generation: number) => join(folder, String(generation));

export const checkedPath = (place: Place, generation: number) => `${generationFolder(place, generation)}.checked.json`;

/** The numbers of the generations, the newest first. */
export async function generationsOf({ folder }: Place): Promise<number[]> {
  const names = await namesIn(folder);
  return names
    .filter((name) => GENERATION.test(name))
    .map(Number)
    .toSorted((a, b) => b - a);
}

export async function newestOf(place: Place): Promise<number> {
  return (await generationsOf(place))[0] ?? 0;
}

/** The pid in the name of the draft that was begun last; who holds the lock has begun it, or is just about to begin one. */
export async function builderOf({ folder }: Place): Promise<number | undefined> {
  const pids = (await namesIn(folder)).flatMap((name) => DRAFT.exec(name)?.[1] ?? []);
  return pids.length === 1 ? Number(pids[0]) : undefined;
}

/** What belongs to nobody while nobody holds the lock: drafts of the dead, what was half removed, what other versions left. */
export async function rubbishIn({ folder }: Place): Promise<string[]> {
  const names = await namesIn(folder);
  const kept = (name: string) => {
    const generation = /^(\d+)(?:\.checked\.json)?$/.exec(name)?.[1];
    return name === 'lock' || (generation !== undefined && names.includes(generation));
  };
  return names.filter((name) => !kept(name)).map((name) => join(folder, name));
}

/** Of the rubbish, what this version makes. */
export function isOurRubbish(path: string): boolean {
  return /\/(draft|gone|audited)-[^/]+$/.test(path);
}

/** Every place below the root; of one kind, where it is given. Other folders of the user's cache are none of ours. */
export async function placesIn(root: string, kind?: string): Promise<Place[]> {
  const kinds = kind === undefined ? (await namesIn(root)).toSorted() : [kind];
  const places = await Promise.all(
    kinds.map(async (each) =>
      (await namesIn(join(root, each))).filter((name) => KEY.test(name)).map((key) => placeOf(root, each, key)),
    ),
  );
  return places.flat();
}

const GENERATION = /^[1-9]\d*$/;
const DRAFT = /^draft-(\d+)-/;
const KEY = /^[0-9a-f]{20}$/;

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
