import { existsSync } from 'node:fs';
import { assign, type Builder, type Built, type Tester, type Trial, type Unbuildable } from './builders/builder.ts';
import { type Configuration, digestOf } from './kconfig/configuration.ts';
import type { Ledger } from './ledger.ts';
import { type BisectEvent, type Book, count, countsKey } from './record.ts';
import type { Verdict } from './search/evidence.ts';
import { type Counts, certain, decide, noTrials, type Rates } from './trials.ts';

/** What a configuration came to, and what that took. */
export interface Judgement {
  readonly digest: string;
  readonly verdict: Verdict;
  readonly because?: string;
  /** Not known, and not in the store either. */
  readonly built: boolean;
  readonly trials: number;
  readonly seconds: number;
}

/** What one cell says of a kernel. */
interface Said {
  readonly verdict: Verdict;
  readonly trials: number;
  readonly because?: string;
}

/** What judges configurations. */
export interface Bench {
  readonly builders: readonly Builder[];
  readonly tester: Tester;
  /** All have to pass; the first that fails is enough. */
  readonly cells: readonly string[];
  /** How likely a single verdict may be wrong; only asked where trials are not certain. */
  readonly error: number;
  /** What other searches saw; none where that says nothing about this one. */
  readonly ledger?: Ledger;
  readonly signal: AbortSignal;
  readonly emit: (event: BisectEvent) => void;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Trials in a row that come to nothing before a configuration counts as one that cannot be judged. */
const ATTEMPTS = 2;
/** A rate that lies between those of both ends is never decided. */
const MOST_TRIALS = 200;

export interface Judge {
  /** Judges configurations side by side, each builder one at a time. */
  readonly all: (configurations: readonly Configuration[]) => Promise<Judgement[]>;
  /** Tries a configuration in the first cell until its counts are enough, or nothing comes of trying. */
  readonly sample: (values: Configuration, enough: (counts: Counts) => boolean) => Promise<Counts>;
  /** By cell, of the configuration with this digest; none where it was not tried. */
  readonly countsOf: (digest: string) => readonly Counts[];
  readonly trust: (rates: Rates) => void;
  readonly rates: () => Rates;
}

export function judgeOf(bench: Bench, book: Book): Judge {
  const { builders, tester, cells, signal, emit, now } = bench;
  let rates = book.rates ?? certain;
  const last: (Configuration | undefined)[] = builders.map(() => undefined);

  const seconds = (since: number) => (now() - since) / 1000;

  async function build(values: Configuration, digest: string, place: number): Promise<[Built | Unbuildable, boolean]> {
    const known = book.built.get(digest);
    if (known?.signature !== undefined) {
      const kernel: Built = { kind: 'built', signature: known.signature, image: known.image ?? '' };
      // The store may have made room since; whose verdicts are known is not needed.
      if (existsSync(kernel.image) || isJudged(kernel)) return [kernel, false];
    } else if (known) return [{ kind: 'unbuildable', because: known.because ?? '' }, false];
    const began = now();
    const result = await (builders[place] as Builder).build(values, signal);
    last[place] = values;
    const { kind: _, ...rest } = result;
    const event: Extract<BisectEvent, { type: 'built' }> = { type: 'built', digest, ...rest, seconds: seconds(began) };
    book.built.set(digest, event);
    emit(event);
    return [result, result.kind === 'unbuildable' || !result.reused];
  }

  async function tried(kernel: Built, cell: string): Promise<Trial> {
    const began = now();
    const trial = await tester(kernel, cell, signal);
    signal.throwIfAborted();
    count(book.counts, countsKey(kernel.signature, cell), trial.verdict);
    emit({ type: 'trial', signature: kernel.signature, cell, ...trial, seconds: seconds(began) });
    bench.ledger?.add(kernel.signature, cell, trial);
    return trial;
  }

  /** What was seen of a kernel in a cell, by this search or, before it tried anything itself, by others. */
  const countsIn = ({ signature }: Built, cell: string): Counts => {
    const key = countsKey(signature, cell);
    const earlier = book.counts.has(key) ? undefined : bench.ledger?.recall(signature, cell);
    if (earlier) {
      const { pass, fail } = earlier;
      book.counts.set(key, { pass, fail });
      emit({ type: 'recalled', signature, cell, ...earlier });
    }
    return book.counts.get(key) ?? noTrials;
  };

  const decided = (kernel: Built, cell: string) => decide(countsIn(kernel, cell), rates, bench.error);
  const isJudged = (kernel: Built) => cells.every((cell) => decided(kernel, cell) !== undefined);

  /** One cell's verdict on a kernel: as many trials as it takes. */
  async function inCell(kernel: Built, cell: string): Promise<Said> {
    const unresolved = (trials: number, why: string): Said => ({
      verdict: 'unresolved',
      trials,
      because: `${cell} ${why}`,
    });
    let [idle, last] = [0, ''];
    for (let trials = 0; ; trials += 1) {
      const verdict = decided(kernel, cell);
      if (verdict === 'unresolved') return unresolved(trials, 'both passed and failed with this kernel');
      if (verdict) return { verdict, trials, ...(last === '' ? {} : { because: last }) };
      if (trials >= MOST_TRIALS) return unresolved(trials, `is undecided after ${trials} trials`);
      const trial = await tried(kernel, cell);
      last = trial.because ?? '';
      idle = trial.verdict === 'unresolved' ? idle + 1 : 0;
      if (idle >= ATTEMPTS) return unresolved(trials + 1, `came to no verdict${last === '' ? '' : `: ${last}`}`);
    }
  }

  async function one(values: Configuration, digest: string, place: number): Promise<Judgement> {
    const began = now();
    const [kernel, built] = await build(values, digest, place);
    signal.throwIfAborted();
    if (kernel.kind === 'unbuildable') {
      const because = `it does not build: ${kernel.because}`;
      return { digest, verdict: 'unresolved', because, built, trials: 0, seconds: seconds(began) };
    }
    let trials = 0;
    let unresolved: string | undefined;
    for (const cell of cells) {
      const result = await inCell(kernel, cell);
      trials += result.trials;
      if (result.verdict === 'fail') {
        const why = result.because === undefined ? {} : { because: result.because };
        return { digest, verdict: 'fail', ...why, built, trials, seconds: seconds(began) };
      }
      if (result.verdict === 'unresolved') unresolved ??= result.because ?? `${cell} came to no verdict`;
    }
    const verdict = unresolved === undefined ? ('pass' as const) : ('unresolved' as const);
    return { digest, verdict, ...(unresolved ? { because: unresolved } : {}), built, trials, seconds: seconds(began) };
  }

  const verdictOf = (digest: string): Judgement | undefined => {
    const verdict = book.verdicts.get(digest);
    return verdict && { digest, verdict, built: false, trials: 0, seconds: 0 };
  };

  return {
    all: async (configurations) => {
      const wanted = new Map(configurations.map((values) => [digestOf(values), values]));
      const open = [...wanted].filter(([digest]) => !book.verdicts.has(digest));
      const fresh = new Map<string, Judgement>();
      for (let at = 0; at < open.length; at += builders.length) {
        const part = open.slice(at, at + builders.length);
        const places = assign(
          part.map(([, values]) => values),
          last,
        );
        // All have ended before anybody hears of the first that could not go on.
        const ended = await Promise.allSettled(
          part.map(([digest, values], index) => one(values, digest, places[index] ?? index)),
        );
        for (const result of ended) {
          if (result.status === 'rejected') throw result.reason;
          fresh.set(result.value.digest, result.value);
        }
      }
      return configurations.map((values) => {
        const digest = digestOf(values);
        const first = fresh.get(digest);
        fresh.delete(digest);
        if (first) book.verdicts.set(digest, first.verdict);
        return first ?? (verdictOf(digest) as Judgement);
      });
    },
    sample: async (values, enough) => {
      const [kernel] = await build(values, digestOf(values), 0);
      const [cell = ''] = cells;
      if (kernel.kind === 'unbuildable') return noTrials;
      const counts = () => countsIn(kernel, cell);
      for (let idle = 0; !enough(counts()) && idle < ATTEMPTS; ) {
        idle = (await tried(kernel, cell)).verdict === 'unresolved' ? idle + 1 : 0;
      }
      return counts();
    },
    countsOf: (digest) => {
      const signature = book.built.get(digest)?.signature ?? '';
      return cells.flatMap((cell) => book.counts.get(countsKey(signature, cell)) ?? []);
    },
    trust: (measured) => {
      rates = measured;
    },
    rates: () => rates,
  };
}
