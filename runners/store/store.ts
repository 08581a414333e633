import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Everything that went into an entry, by name. Same inputs, same key. */
export type Inputs = Readonly<Record<string, Json>>;

export interface Entry {
  /** Hex, 20 digits: the start of the SHA-256 of the inputs. */
  readonly key: string;
  /** Absolute; its contents are never changed again. */
  readonly folder: string;
  /** False where this call built it. */
  readonly reused: boolean;
}

/** Fills an empty folder with the entry's files; whatever it throws, no entry comes into being. */
export type Build = (folder: string) => Promise<void>;

function canonical(value: Json): Json {
  if (Array.isArray(value)) return value.map(canonical);
  if (value !== null && typeof value === 'object') {
    const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted.map(([name, inner]) => [name, canonical(inner)]));
  }
  return value;
}

/** The key under which the result of these inputs is kept; the order of names does not matter. */
export function keyOf(inputs: Inputs): string {
  return createHash('sha256')
    .update(JSON.stringify(canonical(inputs as Json)))
    .digest('hex')
    .slice(0, 20);
}

/**
 * Content-addressed folders under the user's cache: `<root>/<kind>/<key>/`, with `manifest.json` naming the inputs.
 * An entry appears whole, by one rename, or not at all.
 */
export class Store {
  readonly #root: string;
  readonly #underway = new Map<string, Promise<Entry>>();

  constructor(root: string) {
    this.#root = root;
  }

  /** The entry of these inputs, built by `build` where it is not there yet; callers in one process share one build. */
  obtain(kind: string, inputs: Inputs, build: Build): Promise<Entry> {
    const key = keyOf(inputs);
    const name = join(this.#root, kind, key);
    const running = this.#underway.get(name);
    if (running) return running;
    const started = this.#obtain(kind, key, inputs, build).finally(() => this.#underway.delete(name));
    this.#underway.set(name, started);
    return started;
  }

  async #obtain(kind: string, key: string, inputs: Inputs, build: Build): Promise<Entry> {
    const shelf = join(this.#root, kind);
    const folder = join(shelf, key);
    if (existsSync(join(folder, 'manifest.json'))) {
      const now = new Date();
      await utimes(folder, now, now);
      return { key, folder, reused: true };
    }
    await mkdir(shelf, { recursive: true, mode: 0o700 });
    await removeAbandoned(shelf);
    const draft = join(shelf, `.building-${key}.${process.pid}`);
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { mode: 0o700 });
    try {
      await build(draft);
      await writeFile(join(draft, 'manifest.json'), `${JSON.stringify(inputs, null, 2)}\n`);
      await rename(draft, folder);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      // Another process was quicker: its bytes are as good as ours.
      if (!existsSync(join(folder, 'manifest.json'))) throw error;
    }
    return { key, folder, reused: false };
  }
}

/** Drafts whose builder is gone: it was killed half way. */
async function removeAbandoned(shelf: string): Promise<void> {
  for (const name of await readdir(shelf)) {
    const pid = /^\.building-[0-9a-f]+\.(\d+)$/.exec(name)?.[1];
    if (pid && !existsSync(`/proc/${pid}`)) await rm(join(shelf, name), { recursive: true, force: true });
  }
}
