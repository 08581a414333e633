import type { ArchiveTally, MirrorTally } from '../../runners/events/event.ts';
import { keyOf, type Mirror, type NumberedArchive } from './archives.ts';
import type { Answered, Asked } from './logs.ts';

/** Counts what guests were answered and what mirrors were asked for. */
export class Tally {
  readonly #archives: readonly { readonly prefix: string; readonly tally: Changing<ArchiveTally> }[];
  readonly #mirrors: ReadonlyMap<string, Changing<MirrorTally>>;

  /** @param folders the addresses of folders of this host. */
  constructor(archives: readonly NumberedArchive[], folders: readonly { readonly uri: string }[]) {
    this.#archives = [...folders, ...archives].map(({ uri }) => ({ prefix: `${keyOf(uri)}/`, tally: emptyTally(uri) }));
    const mirrors = archives.flatMap((archive): readonly Mirror[] => archive.mirrors);
    this.#mirrors = new Map(mirrors.map(({ id, uri }) => [id, { mirror: uri, asked: 0, failed: 0, bytes: 0 }]));
  }

  answered({ key, source, status, bytes }: Answered): void {
    const of = this.#archives.find(({ prefix }) => key.startsWith(prefix));
    if (!of || source === 'refused') return;
    of.tally[source === 'local' && status === 404 ? 'absent' : source] += 1;
    of.tally.bytes += bytes;
  }

  asked({ attempts }: Asked): void {
    for (const { mirror, status, bytes } of attempts) {
      const tally = this.#mirrors.get(mirror);
      if (!tally) continue;
      tally.asked += 1;
      tally.bytes += bytes;
      if (status >= 500 || status === 429) tally.failed += 1;
    }
  }

  /** An answer that began and did not come to its end. */
  cutOff(mirror: string): void {
    const tally = this.#mirrors.get(mirror);
    if (tally) tally.failed += 1;
  }

  /** Archives and mirrors that had something to do. */
  get summary(): { readonly archives: readonly ArchiveTally[]; readonly mirrors: readonly MirrorTally[] } {
    const archives = this.#archives.map(({ tally }) => ({ ...tally }));
    return {
      archives: archives.filter(({ archive: _, bytes: __, ...counts }) =>
        Object.values(counts).some((each) => each > 0),
      ),
      mirrors: [...this.#mirrors.values()].filter(({ asked }) => asked > 0).map((each) => ({ ...each })),
    };
  }
}

type Changing<T> = { -readonly [K in keyof T]: T[K] };

function emptyTally(archive: string): Changing<ArchiveTally> {
  return { archive, local: 0, kept: 0, hit: 0, miss: 0, stale: 0, absent: 0, failed: 0, bytes: 0 };
}
