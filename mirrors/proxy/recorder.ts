import { rm } from 'node:fs/promises';
import { cacheFile, readCacheEntry } from './cache-entry.ts';
import type { Digest } from './digest.ts';
import { concerns, digestsIn, isIndex } from './indexes.ts';
import type { Keep } from './keep.ts';
import { contentPath } from './layout.ts';
import type { Answered } from './logs.ts';
import type { Mirrors } from './mirrors.ts';
import { digestInName, lasts } from './names.ts';
import type { RunRecord } from './records.ts';

export interface RecorderParts {
  readonly keep: Keep;
  readonly packages: string;
  /** nginx's own cache. */
  readonly cache: string;
  /** None where nobody is asked. */
  readonly mirrors: Mirrors | undefined;
  readonly note: (text: string) => void;
  /** A note of what guests stumble over. */
  readonly trouble: (text: string) => void;
}

/** Notes of the same kind after which there is but a count. */
const MANY = 10;

/**
 * Takes over from nginx what guests were answered: into what all runs keep where a hash vouches for it, as the latest answer
 * where nothing can, and always into the record of the run. What is not what its name or its index says goes out of nginx's cache
 * too, so that it is fetched again.
 */
export class Recorder {
  readonly #parts: RecorderParts;
  /** The first answer under each key, by its SHA-256. */
  readonly #answers = new Map<string, string>();
  readonly #absent = new Set<string>();
  /** What will be kept as soon as an index vouches for it. */
  readonly #unvouched = new Map<string, string>();
  readonly #counts = { stale: 0, failed: 0 };

  constructor(parts: RecorderParts) {
    this.#parts = parts;
  }

  /** What guests were answered, by key; and what no mirror has. */
  get record(): Pick<RunRecord, 'answers' | 'absent'> {
    const absent = [...this.#absent].filter((key) => !this.#answers.has(key));
    return { answers: Object.fromEntries([...this.#answers].toSorted()), absent: absent.toSorted() };
  }

  async see({ key, source, status }: Answered): Promise<void> {
    if (source === 'failed') return this.#noteFailed(key);
    if (source === 'absent') return void this.#absent.add(key);
    // What is local lies there already.
    if (source === 'local' || source === 'refused' || (status >= 300 && status !== 304)) return;
    // A folder's listing is no file.
    if (this.#answers.has(key) || key.endsWith('/')) return;
    if (source === 'kept') return this.#repeat('kept', key);
    if (source === 'stale') return this.#stale(key);
    await this.#take(key);
  }

  /** Looks for indexes that vouch for what waits for one. Takes a second or so of a processor where there is something to do. */
  async vouch(): Promise<void> {
    const indexes = [...this.#answers].filter(([key]) => isIndex(key));
    for (const [index, body] of indexes) {
      if (![...this.#unvouched.keys()].some((key) => concerns(index, key))) continue;
      const digests = await digestsIn(index, contentPath(this.#parts.packages, body), this.#unvouched);
      for (const [key, digest] of digests) {
        const sha256 = this.#unvouched.get(key);
        if (sha256 === undefined) continue;
        this.#unvouched.delete(key);
        await this.#judge(key, sha256, digest, `http://${index}`);
      }
    }
  }

  /** The last words: of what there was more than could be said. */
  close(): void {
    const { note } = this.#parts;
    const { stale, failed } = this.#counts;
    if (stale > MANY) note(`${stale} files in all are answered as an earlier run saw them`);
    if (failed > MANY) note(`${failed} files in all could not be answered`);
    const [example] = this.#unvouched.keys();
    if (example === undefined) return;
    note(
      `${this.#unvouched.size} packages will be fetched again next time, since no index vouches for them: http://${example}`,
    );
  }

  async #take(key: string): Promise<void> {
    const { keep, cache } = this.#parts;
    const entry = await readCacheEntry(cache, key);
    if (!entry) return;
    const { sha256 } = await keep.put(entry.file, entry.bodyAt, entry.modified);
    this.#answers.set(key, sha256);
    const digest = digestInName(key);
    if (digest) await this.#judge(key, sha256, digest, 'its name');
    else if (lasts(key)) this.#unvouched.set(key, sha256);
    else await this.#renew(key, sha256);
  }

  async #judge(key: string, sha256: string, digest: Digest, voucher: string): Promise<void> {
    const { keep, cache, mirrors, trouble } = this.#parts;
    if (await keep.matches(sha256, digest)) return keep.link('kept', key, sha256);
    this.#answers.delete(key);
    await rm(cacheFile(cache, key), { force: true });
    const sender = mirrors?.senderOf(key);
    const what = `sent a wrong http://${key}: it is not of the ${digest.algorithm} that ${voucher} says, ${digest.hex}`;
    if (mirrors && sender) mirrors.shun(sender, what);
    else trouble(`somebody ${what}`);
  }

  /** A mirror that stands still answers with what is older than what is known already. */
  async #renew(key: string, sha256: string): Promise<void> {
    const { keep, note } = this.#parts;
    const before = await keep.find('latest', key);
    const [was, is] = [before && (await keep.modified(before)), await keep.modified(sha256)];
    if (before !== sha256 && was && is && is < was) {
      note(`http://${key} is of ${day(is)}; an earlier run was answered with that of ${day(was)}`);
      return;
    }
    await keep.link('latest', key, sha256);
  }

  async #repeat(tree: 'kept' | 'latest', key: string): Promise<void> {
    const sha256 = await this.#parts.keep.find(tree, key);
    if (sha256 !== undefined) this.#answers.set(key, sha256);
  }

  async #stale(key: string): Promise<void> {
    const { keep, mirrors, note } = this.#parts;
    await this.#repeat('latest', key);
    const modified = await keep.modified(this.#answers.get(key) ?? '');
    if (++this.#counts.stale > MANY) return;
    const of = modified ? ` of ${day(modified)}` : '';
    note(`http://${key} is answered as an earlier run saw it${of}: ${mirrors?.reasonsFor(key)}`);
  }

  #noteFailed(key: string): void {
    const { mirrors, trouble } = this.#parts;
    const why = mirrors?.reasonsFor(key) ?? 'it is not in the run that is replayed';
    if (++this.#counts.failed <= MANY) trouble(`nobody answers for http://${key}: ${why}`);
  }
}

const day = (date: Date) => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
