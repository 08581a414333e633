import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mirror, NumberedArchive } from './archives.ts';
import type { Asked, Trouble } from './logs.ts';
import type { Fetching } from './plan.ts';

export interface MirrorsParts {
  readonly archives: readonly NumberedArchive[];
  readonly from: Pick<Fetching, 'servers' | 'forwarded'>;
  /** A file in here, named as a mirror's id, has nginx pass it over. */
  readonly shunned: string;
  readonly note: (text: string) => void;
  /** A note of what guests stumble over. */
  readonly trouble: (text: string) => void;
}

/** What is known of the mirrors while a run goes on: who sent what, who failed and how, who is not to be asked any more. */
export class Mirrors {
  readonly #parts: MirrorsParts;
  /** Of each mirror that failed, the reason of the last time. */
  readonly #reasons = new Map<Mirror, string>();
  /** By key, who was asked last. */
  readonly #senders = new Map<string, Mirror>();
  readonly #shunned = new Set<Mirror>();

  constructor(parts: MirrorsParts) {
    this.#parts = parts;
    for (const mirror of this.#all) {
      if (!this.#servers(mirror).length) this.failed(mirror, `the name ${mirror.name} is not known`);
    }
  }

  asked({ archive, path, attempts }: Asked): void {
    const of = this.#archive(archive);
    for (const { mirror: id, status } of attempts) {
      const mirror = of?.mirrors.find((each) => each.id === id);
      if (!of || !mirror) continue;
      this.#senders.set(keyIn(of, path), mirror);
      // 502 and 504 are nginx's own words as well, whose reason stands in its error.log.
      if (status >= 500 && status !== 502 && status !== 504) this.failed(mirror, `answers with status ${status}`);
    }
  }

  /** @returns the mirror, where it cut off what it had begun to send. */
  trouble({ archive, path, asked, reason, cutOff }: Trouble): Mirror | undefined {
    const of = this.#archive(archive);
    const mirror = of?.mirrors.find((each) => this.#beginsWith(asked, each));
    if (!of || !mirror) return undefined;
    if (!cutOff) {
      this.failed(mirror, reason);
      return undefined;
    }
    this.#reasons.set(mirror, reason);
    this.shun(mirror, `cut off ${path}: ${reason}`);
    return mirror;
  }

  /** Who sent what is now under a key. */
  senderOf(key: string): Mirror | undefined {
    return this.#senders.get(key);
  }

  /** Has nginx pass a mirror over from now on, where there is another that it does not. */
  shun(mirror: Mirror, because: string): void {
    const { archives, shunned, trouble } = this.#parts;
    const others = archives.find(({ mirrors }) => mirrors.includes(mirror))?.mirrors.filter((each) => each !== mirror);
    const spared = others?.some((each) => !this.#shunned.has(each) && this.#servers(each).length);
    if (spared && !this.#shunned.has(mirror)) {
      this.#shunned.add(mirror);
      writeFileSync(join(shunned, mirror.id), '');
      trouble(`${mirror.uri} ${because}; it is asked no more in this run`);
    } else {
      trouble(`${mirror.uri} ${because}`);
    }
  }

  /** Why nobody answered for a key, as far as it is known. */
  reasonsFor(key: string): string {
    const of = this.#parts.archives.find((each) => key.startsWith(keyIn(each, '')));
    const reasons = (of?.mirrors ?? []).flatMap((mirror) => {
      const reason = this.#reasons.get(mirror);
      return reason === undefined ? [] : [`${mirror.uri}: ${reason}`];
    });
    return reasons.join('; ') || 'no reason is known';
  }

  get #all(): readonly Mirror[] {
    return this.#parts.archives.flatMap(({ mirrors }) => mirrors);
  }

  #archive(id: string): NumberedArchive | undefined {
    return this.#parts.archives.find((each) => each.id === id);
  }

  /** Notes it the first time: of one that is gone there are as many troubles as files, and it may be several archives' mirror. */
  failed(mirror: Mirror, reason: string): void {
    const noted = [...this.#reasons.keys()].some(({ uri }) => uri === mirror.uri);
    if (!noted) this.#parts.note(`${mirror.uri} fails: ${reason}`);
    this.#reasons.set(mirror, reason);
  }

  #servers({ id }: Mirror): readonly string[] {
    return this.#parts.from.servers[id] ?? [];
  }

  #beginsWith(asked: string, mirror: Mirror): boolean {
    const { id, base } = mirror;
    const scheme = this.#parts.from.forwarded ? 'http' : mirror.scheme;
    return [...this.#servers(mirror), id].some((host) => asked.startsWith(`${scheme}://${host}${encodeURI(base)}/`));
  }
}

const keyIn = ({ host, base }: NumberedArchive, path: string) => `${host}${base}/${path}`;
