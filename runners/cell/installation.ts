import type { Inputs } from '../store/inputs.ts';
import type { Wishes } from '../store/make.ts';
import type { Entry, Store } from '../store/store.ts';
import { compareInstalled, type Installed, readInstalled } from './installed.ts';

export const INSTALLED = 'disks';

/**
 * What a cell installs, on its way into the store. The store asks for a folder to be filled; a cell fills it many steps
 * later. Until it has, or has given up, other processes that need the same wait.
 */
export class Installation {
  /** What is there already, so that nothing need be installed. */
  readonly reused: Installed | undefined;
  /** The store's name for it, and what it is called by people. */
  readonly entry: Promise<Entry>;
  readonly #draft: string | undefined;
  readonly #filled: PromiseWithResolvers<void>;
  #over = false;

  private constructor(
    reused: Installed | undefined,
    entry: Promise<Entry>,
    draft: string | undefined,
    filled: PromiseWithResolvers<void>,
  ) {
    this.reused = reused;
    this.entry = entry;
    this.#draft = draft;
    this.#filled = filled;
  }

  /** Returns when it is known whether to install; waits for another process that is about the same. */
  static async open(store: Store, inputs: Inputs, wishes: Wishes): Promise<Installation> {
    const draft = Promise.withResolvers<string>();
    const filled = Promise.withResolvers<void>();
    const build = (folder: string) => {
      draft.resolve(folder);
      return filled.promise;
    };
    const entry = store.obtain(INSTALLED, inputs, build, { ...wishes, compare: compareInstalled });
    // Whoever asks for it sees it fail; nobody needs to.
    entry.catch(() => {});
    const first = await Promise.race([entry, draft.promise]);
    if (typeof first === 'string') return new Installation(undefined, entry, first, filled);
    return new Installation(await readInstalled(first.folder), entry, undefined, filled);
  }

  /** Lets `fill` put what was installed into the entry's folder. The entry itself comes later: it is hashed first. */
  async complete(fill: (folder: string) => Promise<void>): Promise<void> {
    if (this.#draft === undefined) throw new RangeError('nothing was to be installed');
    try {
      await fill(this.#draft);
      this.#over = true;
      this.#filled.resolve();
    } catch (error) {
      this.abandon(error);
      throw error;
    }
  }

  /** No install came of it: others may try. */
  abandon(reason: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#filled.reject(reason);
  }

  /** Waits for the entry of a completed install, and lets go of it. */
  async close(): Promise<void> {
    if (this.#draft !== undefined && !this.#over) {
      this.abandon(new Error('the cell ended before its install did'));
      await this.entry.catch(() => {});
      return;
    }
    (await this.entry).release();
  }
}
