import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KconfigTree } from '../image/kernel/kconfig/tree.ts';
import type { Builder, Tester } from '../runners/bisect/builders/builder.ts';
import type { Configuration, Legaliser } from '../runners/bisect/kconfig/configuration.ts';
import type { Space } from '../runners/bisect/kconfig/space.ts';
import type { Ledger } from '../runners/bisect/ledger.ts';
import { type BisectEvent, openRecord, readRecord, type Stamped } from '../runners/bisect/record.ts';
import type { Bits } from '../runners/bisect/search/bits.ts';
import type { Efforts } from '../runners/bisect/search/effort.ts';
import type { Rule } from '../runners/bisect/search/lattice.ts';
import { UsageError } from '../runners/errors.ts';
import { FileLock, lockFile } from '../runners/store/lock.ts';
import type { Context } from './commands.ts';
import type { Parsed } from './flags.ts';
import { checkout } from './options.ts';

/** What judges configurations, and what Kconfig knows of them. */
export interface Court {
  readonly builders: readonly Builder[];
  readonly tester: Tester;
  readonly cells: readonly string[];
  readonly legalise: Legaliser;
  readonly isChosen: (name: string) => boolean;
  readonly rules: (space: Space) => readonly Rule[];
  readonly related: (space: Space) => readonly Bits[];
  readonly efforts?: (space: Space) => Promise<Efforts | undefined>;
  /** What makes it this court and no other; told in the record. */
  readonly identity: Readonly<Record<string, string>>;
  /** What its verdicts do not say; told with whatever it finds. */
  readonly remarks?: readonly string[];
  readonly ledger?: Ledger;
  /** Where the options are defined, for who wants to read about them. */
  readonly kconfig?: Kconfig;
  /** Where options of our own kernel are asked for, below the checkout; none where the configurations are not ours. */
  readonly fragments?: readonly string[];
}

/** The options of an architecture, and the source tree that they stand in. */
export interface Kconfig {
  readonly options: KconfigTree;
  /** Absolute. */
  readonly tree: string;
  /** The folder below arch/. */
  readonly srcarch: string;
}

/** A court before it sits: it understands what configurations are called, and then judges them. */
export interface Hearing extends Disposable {
  /** The configuration that a flag names. @param under what a fragment goes on top of */
  readonly endpoint: (flag: string, under?: Configuration) => Promise<Configuration>;
  /**
   * @param folder of the search
   * @param named all options that it may have to say are off
   */
  readonly court: (given: { readonly folder: string; readonly named: readonly string[] }) => Promise<Court>;
}

/** Opens the court that the flags ask for. @throws UsageError for flags that make no sense together. */
export type OpenHearing = (parsed: Parsed, context: Context) => Promise<Hearing>;

/** The folder of a search: the same for the same question, so that --resume finds it. */
export function folderOf(parsed: Parsed, { cwd }: Context, question: Readonly<Record<string, unknown>>): string {
  const out = textOf(parsed, 'out');
  const key = createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 12);
  const folder = out === undefined ? join(checkout, 'reports/out/bisect', key) : resolve(cwd, out);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

const JUDGES = ['run', 'cell', 'stage', 'check', 'kernel-tree', 'arch', 'builders'];

/** The flags that make it another question, with what they were given. */
export const judgedBy = ({ flags }: Parsed, more: readonly string[] = []) => [
  ...[...JUDGES, ...more].map((flag) => flags.get(flag)),
  // Searches that do without it are found where they always were.
  ...(flags.has('archive') ? [flags.get('archive')] : []),
];

/** A record that goes on, or one that begins. */
export interface OpenRecord extends Disposable {
  readonly path: string;
  readonly before: readonly Stamped[];
  readonly emit: (event: BisectEvent) => void;
}

/**
 * @throws UsageError `unfinished-bisection` where there is a record and neither --resume nor --start-over says what to do with it;
 *   `nothing-to-resume`; `search-under-way`
 */
export async function recordIn(folder: string, parsed: Parsed, { print }: Pick<Context, 'print'>): Promise<OpenRecord> {
  const path = join(folder, 'bisect.ndjson');
  using stack = new DisposableStack();
  const lock = await lockFile(`${path}.lock`, 'exclusive', { create: true });
  if (!(lock instanceof FileLock)) {
    throw new UsageError({
      code: 'search-under-way',
      message: `another process is at this search: ${folder}`,
      hint: 'wait until it has ended; what it finds is in its report',
    });
  }
  stack.use(lock);
  if (parsed.flags.has('start-over')) rmSync(path, { force: true });
  const before = readRecord(path);
  if (before.length > 0 && !parsed.flags.has('resume')) {
    const ended = before.some(({ type }) => type === 'ended');
    throw new UsageError({
      code: 'unfinished-bisection',
      message: `this search was ${ended ? 'made before' : 'begun before and broken off'}: ${folder}`,
      hint: `the same command with --resume ${ended ? 'shows its answer again' : 'goes on'}, with --start-over forgets it`,
    });
  }
  if (before.length === 0 && parsed.flags.has('resume')) {
    throw new UsageError({
      code: 'nothing-to-resume',
      message: `there is no search to go on with in ${folder}`,
      hint: 'give the same flags as then, or leave --resume out',
    });
  }
  const record = stack.use(openRecord(path));
  const held = stack.move();
  const emit = (event: BisectEvent) => {
    record.append(event);
    const line = progressLine(event);
    if (line !== undefined) print(line);
  };
  return { path, before, emit, [Symbol.dispose]: () => held.dispose() };
}

export const textOf = ({ flags }: Parsed, flag: string) => flags.get(flag)?.[0];

export function countOf(parsed: Parsed, flag: string, usual: number): number {
  const typed = textOf(parsed, flag);
  if (typed === undefined) return usual;
  if (/^[1-9]\d{0,3}$/.test(typed)) return Number(typed);
  throw new UsageError({ code: 'not-a-number', message: `--${flag} ${typed}: give a whole number from 1` });
}

/** A line of progress for an event; most have none. */
function progressLine(event: BisectEvent): string | undefined {
  if (event.type === 'round') {
    const { round, suspects, alone, testsLeft, secondsLeft, likeliest, share } = event;
    const guess = share >= 0.5 ? `; likeliest ${likeliest.map((term) => term.join(' with ')).join(', or ')}` : '';
    const left = `about ${testsLeft} tests left${secondsLeft === undefined ? '' : `, ${duration(secondsLeft)}`}`;
    return `round ${round}: ${inQuestion(alone, suspects)}, ${left}${guess}`;
  }
  // A command judges in no time; who waits for kernels and guests wants to see that it goes on.
  if (event.type === 'built' && event.seconds >= 1) {
    const how = event.signature === undefined ? 'does not build' : event.reused ? 'was in the store' : 'built';
    return `    kernel ${event.digest.slice(0, 12)} ${how}, ${duration(Math.round(event.seconds))}`;
  }
  if (event.type === 'trial' && event.evidence !== undefined) {
    const on = event.standIn ? ' (stand-in)' : '';
    return `    ${event.cell}${on}: ${event.verdict}, ${duration(Math.round(event.seconds))}`;
  }
  if (event.type !== 'step') return undefined;
  const { number, purpose, made, verdict, because } = event;
  return `  test ${number} (${purpose}): ${made} options as in the bad configuration: ${verdict}${because ? `, ${because.split('\n')[0]}` : ''}`;
}

function inQuestion(alone: number, suspects: number): string {
  if (alone === 0) return `several together of ${suspects} options in question`;
  const together = suspects > alone ? `, or several together of ${suspects}` : '';
  return `${alone} options in question${together}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
