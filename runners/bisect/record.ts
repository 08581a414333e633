import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Recalled } from './ledger.ts';
import type { Wanted } from './search/ask.ts';
import type { Efforts } from './search/effort.ts';
import type { Verdict } from './search/evidence.ts';
import type { Counts, Rates } from './trials.ts';

/** What a bisection tells, and all it has to know to go on after it was broken off: `bisect.ndjson`, an object a line. */
export type BisectEvent =
  | BisectStarted
  | { readonly type: 'rates'; readonly rates: Rates }
  | {
      readonly type: 'round';
      readonly round: number;
      readonly suspects: number;
      readonly alone: number;
      readonly likeliest: readonly (readonly string[])[];
      readonly share: number;
      readonly testsLeft: number;
      /** Seconds, from what tests took so far; absent where none has ended. */
      readonly secondsLeft?: number;
    }
  | {
      readonly type: 'built';
      /** Of the configuration. */
      readonly digest: string;
      /** Absent where it does not compile. */
      readonly signature?: string;
      readonly image?: string;
      readonly because?: string;
      readonly evidence?: string;
      /** It lay in the store. */
      readonly reused?: boolean;
      /** In which of the trees it was compiled. */
      readonly tree?: number;
      readonly seconds: number;
    }
  | {
      readonly type: 'trial';
      readonly signature: string;
      readonly cell: string;
      readonly verdict: Verdict;
      readonly because?: string;
      readonly evidence?: string;
      readonly standIn?: boolean;
      readonly seconds: number;
    }
  /** What earlier searches had seen of a kernel; from then on it counts here. */
  | ({ readonly type: 'recalled'; readonly signature: string; readonly cell: string } & Recalled)
  | StepEnded
  | { readonly type: 'ended'; readonly terms: readonly (readonly string[])[]; readonly confidence: number };

export interface BisectStarted {
  readonly type: 'started';
  /** Digests of both ends, how many builders, the seed, what judges: a search is the same only where all of these are. */
  readonly task: Readonly<Record<string, string | number>>;
  readonly differences: number;
  /** What each of them has compiled again, where that was known. */
  readonly efforts?: Efforts | undefined;
  /** The steps made in what lay compiled in each tree, where that was known. */
  readonly trees?: readonly (readonly number[])[] | undefined;
}

/** A set of steps came to its verdict. */
export interface StepEnded {
  readonly type: 'step';
  /** From 1 in the whole search. */
  readonly number: number;
  readonly round: number;
  readonly purpose: Wanted['purpose'];
  readonly digest: string;
  /** How many differences are as in the bad configuration, and how many were asked to be. */
  readonly made: number;
  readonly asked: number;
  /** Which ones are, by their places; nothing in what earlier versions wrote. */
  readonly steps?: readonly number[];
  readonly verdict: Verdict;
  /** Why there is none. */
  readonly because?: string;
  readonly built: boolean;
  readonly trials: number;
  /** Of building and trying. */
  readonly seconds: number;
}

/** Events as they are in the file: with milliseconds since the epoch. */
export type Stamped = BisectEvent & { readonly time: number };

/** What is known from a record: of what was built, tried and judged before. */
export interface Book {
  readonly started: BisectStarted | undefined;
  readonly rates: Rates | undefined;
  readonly built: Map<string, Extract<BisectEvent, { type: 'built' }>>;
  readonly counts: Map<string, Counts>;
  readonly verdicts: Map<string, Verdict>;
  /** Each test, in order. */
  readonly steps: readonly StepEnded[];
}

export const countsKey = (signature: string, cell: string) => `${signature} ${cell}`;

export function bookOf(events: readonly BisectEvent[]): Book {
  const of = <T extends BisectEvent['type']>(type: T) =>
    events.filter((each): each is Extract<BisectEvent, { type: T }> => each.type === type);
  const counts = new Map<string, Counts>();
  for (const { signature, cell, pass, fail } of of('recalled')) counts.set(countsKey(signature, cell), { pass, fail });
  for (const { signature, cell, verdict } of of('trial')) count(counts, countsKey(signature, cell), verdict);
  return {
    started: of('started')[0],
    rates: of('rates').at(-1)?.rates,
    built: new Map(of('built').map((event) => [event.digest, event])),
    counts,
    verdicts: new Map(of('step').map(({ digest, verdict }) => [digest, verdict])),
    steps: of('step'),
  };
}

/** Counts a trial that came to a verdict. */
export function count(counts: Map<string, Counts>, key: string, verdict: Verdict): void {
  const { pass, fail } = counts.get(key) ?? { pass: 0, fail: 0 };
  if (verdict === 'pass') counts.set(key, { pass: pass + 1, fail });
  if (verdict === 'fail') counts.set(key, { pass, fail: fail + 1 });
}

export interface BisectRecord extends Disposable {
  readonly append: (event: BisectEvent) => void;
}

/** Opens a record for appending (mode 0600). Each event is one write, which outlives this process however it ends. */
export function openRecord(path: string): BisectRecord {
  const file = openSync(path, 'a', 0o600);
  return {
    append: (event) => {
      writeSync(file, `${JSON.stringify({ time: Date.now(), ...event })}\n`);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}

/** All events of a record, in order; none where there is no record. A last line that was left half-written is left out. */
export function readRecord(path: string): Stamped[] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Stamped);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
