import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarnessError } from '../errors.ts';
import { contentsOf, flush, flushOne, type Looks, looksOf } from './contents.ts';
import type { Inputs } from './inputs.ts';
import {
  builderOf,
  generationFolder,
  isOurRubbish,
  lockOf,
  MANIFEST,
  newestOf,
  type Place,
  rubbishIn,
} from './layout.ts';
import { FileLock, lockFile } from './lock.ts';
import { type Manifest, madeBy, writeLooks, writeManifest } from './manifest.ts';
import { removeSuperseded } from './remove.ts';

/** Fills an empty folder with the entry's files; whatever it throws, no entry comes into being. */
export type Build = (folder: string) => Promise<void>;

export interface Wishes {
  /** What a person calls it: a cell's id, an architecture. Not among the inputs. */
  readonly label?: string;
  /** Told what is waited for, what is damaged, what is audited. */
  readonly progress?: (step: string) => void;
  readonly signal?: AbortSignal;
  /** How a kept folder and one made again differ in what matters, a line each; without it, by any byte. */
  readonly compare?: (kept: string, again: string) => Promise<readonly string[]>;
}

/** What is to be made, and where. */
export interface Order extends Place {
  readonly inputs: Inputs;
  readonly build: Build;
  readonly wishes: Wishes;
}

/** An entry that is made and not yet one. Absolute path. */
export interface Draft {
  readonly folder: string;
  readonly manifest: Manifest;
  readonly looks: Looks;
}

/**
 * Waits until nobody else makes anything of these inputs, and keeps others out until the lock is released.
 *
 * @returns `undefined` as soon as there is a generation newer than `beyond`.
 */
export async function enter(place: Place, beyond: number, { progress, signal }: Wishes): Promise<FileLock | undefined> {
  let told: string | undefined;
  for (;;) {
    await makeFolder(place.folder);
    // The wait is cut into pieces: a flock(1) that outlives us, killed, is gone soon.
    const patience = told === undefined ? 0 : 5;
    const lock = await lockFile(lockOf(place), 'exclusive', { create: true, patience, signal });
    if ((await newestOf(place)) > beyond) {
      if (lock instanceof FileLock) lock.release();
      return undefined;
    }
    if (lock instanceof FileLock) return lock;
    const builder = await builderOf(place);
    const line = `waiting for ${builder === undefined ? 'another process' : `process ${builder}`}, which builds it`;
    if (lock === 'busy' && line !== told) progress?.(line);
    if (lock === 'busy') told = line;
  }
}

/** Builds beside the entries. To be called by who has entered. */
export async function makeDraft(order: Order): Promise<Draft> {
  const { kind, key, inputs, build, wishes } = order;
  for (const path of await rubbishIn(order)) {
    // Children of a builder that was killed may still write there; what cannot be removed now is left to gc.
    if (isOurRubbish(path)) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
  const folder = join(order.folder, `draft-${process.pid}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(folder, { mode: 0o700 });
    const begun = performance.now();
    await build(folder);
    const seconds = Math.round(performance.now() - begun) / 1000;
    const looks = await looksOf(folder);
    const files = await contentsOf(folder, wishes.signal);
    const label = wishes.label === undefined ? {} : { label: wishes.label };
    const made = { at: new Date().toISOString(), by: madeBy(), seconds };
    const manifest = { format: 1, kind, key, ...label, inputs, made, files } as Manifest;
    await writeManifest(folder, manifest);
    return { folder, manifest, looks };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Turns a draft into the newest generation, in use from its first moment: nobody can remove it in between. */
export async function publish(place: Place, draft: Draft): Promise<{ generation: number; lock: FileLock }> {
  try {
    await flush(draft.folder);
    const lock = await lockFile(join(draft.folder, MANIFEST), 'shared');
    if (!(lock instanceof FileLock)) {
      throw new HarnessError({ code: 'store-draft-lost', message: `${draft.folder} was removed while it was made` });
    }
    const generation = (await newestOf(place)) + 1;
    await rename(draft.folder, generationFolder(place, generation));
    // The names of all folders that may have been made for it, up to that of its kind in the store's own.
    const shelf = dirname(place.folder);
    for (const folder of [place.folder, shelf, dirname(shelf)]) await flushOne(folder);
    await writeLooks(place, generation, draft.looks);
    await removeSuperseded(place);
    return { generation, lock };
  } catch (error) {
    await rm(draft.folder, { recursive: true, force: true });
    throw error;
  }
}

/** With those above it. Node's own recursive mkdir calls a read-only filesystem "no such file or directory". */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT') throw error;
    await makeFolder(dirname(path));
    await makeFolder(path);
  }
}
