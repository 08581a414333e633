import { rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { HarnessError } from '../errors.ts';
import { pasteable } from '../process/command.ts';
import { isDue } from './audit.ts';
import { differences, type Looks } from './contents.ts';
import { explained } from './failures.ts';
import { type Found, find } from './find.ts';
import { type Inputs, keyOf } from './inputs.ts';
import { generationFolder, type Place, placeOf } from './layout.ts';
import type { FileLock } from './lock.ts';
import { type Build, enter, makeDraft, type Order, publish, type Wishes } from './make.ts';
import { removeIfEmpty } from './remove.ts';
import { type Use, use } from './use.ts';

/** What was asked for. While it is held, nobody removes it; the kernel lets go of it when this process ends. */
export interface Entry extends AsyncDisposable {
  /** Hex, 20 digits: the start of the SHA-256 of the inputs. */
  readonly key: string;
  /** Absolute; its contents are never changed again. */
  readonly folder: string;
  /** False where this call built it. */
  readonly reused: boolean;
  /** Says that its files are no longer needed. Whoever never says so holds it to the end of the process. */
  release(): void;
}

/** What a whole run wants of its store. */
export interface Policy {
  /** Make everything anew, once a run, in place of what is there. */
  readonly fresh?: boolean;
  /** Of what is there, make one in so many again and compare. */
  readonly audit?: number;
}

/**
 * Content-addressed folders under the user's cache, as `layout.ts` draws them. An entry appears whole, by one rename after all
 * of it is on the disk, or not at all. Of all the processes that need it one makes it, and the others wait.
 */
export class Store {
  readonly #root: string;
  readonly #policy: Policy;
  readonly #underway = new Map<string, Promise<unknown>>();
  /** By folder of a generation, how its files looked when this process hashed them. */
  readonly #checked = new Map<string, Looks>();
  /** Folders of places whose newest generation this run made, or made again to compare. */
  readonly #remade = new Set<string>();

  constructor(root: string, policy: Policy = {}) {
    this.#root = resolve(root);
    this.#policy = policy;
  }

  /**
   * The entry of these inputs, made by `build` where it is not there yet or is damaged. Callers in one process share one
   * build, and its failure.
   *
   * @throws HarnessError `store-full`, `store-not-writable`, `store-audit-differs`, `cannot-lock`; and what `build` throws.
   */
  async obtain(kind: string, inputs: Inputs, build: Build, wishes: Wishes = {}): Promise<Entry> {
    const order: Order = { ...placeOf(this.#root, kind, keyOf(inputs)), inputs, build, wishes };
    try {
      for (;;) {
        await this.#underway.get(order.folder);
        const anew = this.#policy.fresh && !this.#remade.has(order.folder);
        const found = anew ? undefined : await use(order, this.#checked, wishes.signal);
        if (found && 'lock' in found) return await this.#audited(order, found);
        if (found) wishes.progress?.(damaged(order, found.damage));
        const made = await this.#make(order, anew ? Number.POSITIVE_INFINITY : (found?.generation ?? 0));
        if (made) return made;
      }
    } catch (error) {
      throw await explained(error, this.#root, order);
    }
  }

  /** Whether there is an entry of these inputs, and where there is none, which of the same kind comes nearest. Makes nothing. */
  find(kind: string, inputs: Inputs, label?: string): Promise<Found> {
    return find(this.#root, kind, inputs, label);
  }

  /** `undefined` where somebody else made it: another caller in this process, or another process. */
  async #make(order: Order, beyond: number): Promise<Entry | undefined> {
    const running = this.#underway.get(order.folder);
    if (running) {
      await running;
      return undefined;
    }
    const started = this.#makeAlone(order, beyond).finally(() => this.#underway.delete(order.folder));
    this.#underway.set(order.folder, started);
    return await started;
  }

  async #makeAlone(order: Order, beyond: number): Promise<Entry | undefined> {
    using entered = await enter(order, beyond, order.wishes);
    if (!entered) return undefined;
    try {
      const draft = await makeDraft(order);
      const { generation, lock } = await publish(order, draft);
      this.#checked.set(generationFolder(order, generation), draft.looks);
      this.#remade.add(order.folder);
      return entryOf(order, generation, lock, false);
    } catch (error) {
      await removeIfEmpty(order);
      throw error;
    }
  }

  /** The entry, after it was compared with one made again where it is its turn. */
  async #audited(order: Order, { generation, lock, manifest }: Use): Promise<Entry> {
    const entry = entryOf(order, generation, lock, true);
    const { audit } = this.#policy;
    if (audit === undefined || this.#remade.has(order.folder) || !isDue(order.key, audit, new Date())) return entry;
    this.#remade.add(order.folder);
    try {
      order.wishes.progress?.(`audit: ${nameOf(order)} is made again, to be compared with what is kept`);
      using _entered = await enter(order, Number.POSITIVE_INFINITY, order.wishes);
      const again = await makeDraft(order);
      const { compare } = order.wishes;
      const differing = compare
        ? await compare(entry.folder, again.folder)
        : differences(manifest.files, again.manifest.files);
      if (differing.length > 0) throw await auditDiffers(order, entry, again.folder, differing);
      await rm(again.folder, { recursive: true, force: true });
      return entry;
    } catch (error) {
      entry.release();
      throw error;
    }
  }
}

function entryOf(place: Place, generation: number, lock: FileLock, reused: boolean): Entry {
  const release = () => lock.release();
  const folder = generationFolder(place, generation);
  return { key: place.key, folder, reused, release, [Symbol.asyncDispose]: async () => release() };
}

async function auditDiffers(order: Order, kept: Entry, again: string, differing: readonly string[]) {
  const evidence = join(order.folder, `audited-${basename(again)}`);
  await rename(again, evidence);
  return new HarnessError({
    code: 'store-audit-differs',
    message: [`${nameOf(order)} made again is not what is kept:`, ...differing.map((line) => `  ${line}`)].join('\n'),
    hint: 'an input is missing from its key, or the build is not reproducible; what was made again stays until it is made next',
    command: pasteable(['diff', '--recursive', '--brief', kept.folder, evidence]),
    evidence,
  });
}

const nameOf = ({ kind, key, wishes }: Order) => `${kind}/${key}${wishes.label ? ` (${wishes.label})` : ''}`;

function damaged(order: Order, damage: readonly string[]): string {
  const more = damage.length > 3 ? ` and ${damage.length - 3} more` : '';
  return `${nameOf(order)} is damaged and is made anew: ${damage.slice(0, 3).join('; ')}${more}`;
}
