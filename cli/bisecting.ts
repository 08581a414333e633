import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Builder, Tester } from '../runners/bisect/builder.ts';
import { asItIs, type Configuration, type Legaliser, readConfiguration } from '../runners/bisect/configuration.ts';
import { implicationsOf, isChosenIn } from '../runners/bisect/implications.ts';
import type { Rule } from '../runners/bisect/lattice.ts';
import { hostMake, olddefconfig } from '../runners/bisect/olddefconfig.ts';
import { type BisectEvent, openRecord, readRecord, type Stamped } from '../runners/bisect/record.ts';
import { commandTester, fileBuilder } from '../runners/bisect/run-command.ts';
import type { Space } from '../runners/bisect/space.ts';
import { UsageError } from '../runners/errors.ts';
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
  /** What makes it this court and no other; told in the record. */
  readonly identity: Readonly<Record<string, string>>;
}

/** Opens the court that the flags ask for. `named` are all options that it may have to say are off. */
export type OpenCourt = (given: {
  readonly parsed: Parsed;
  readonly context: Context;
  readonly folder: string;
  readonly named: readonly string[];
}) => Promise<Court>;

/**
 * A command judges, and Kconfig is asked where there is a tree of it.
 *
 * @throws UsageError `no-judge`
 */
export const commandCourt: OpenCourt = async ({ parsed, context, folder, named }) => {
  const command = textOf(parsed, 'run');
  if (command === undefined) {
    throw new UsageError({
      code: 'no-judge',
      message: parsed.flags.has('cell')
        ? 'cells do not judge configurations yet; a command does'
        : 'what judges a configuration? --run is missing',
      hint: `--run COMMAND, which finds the .config in $STUB_MATRIX_CONFIG and ends with 0 good, 1 bad, 125 unknown`,
    });
  }
  const configurations = join(folder, 'configurations');
  mkdirSync(configurations, { recursive: true, mode: 0o700 });
  const kconfig = await kconfigOf(parsed, context, folder, named);
  const builder = fileBuilder(configurations, kconfig.named);
  return {
    builders: Array.from({ length: countOf(parsed, 'builders', 2) }, () => builder),
    tester: commandTester(command),
    cells: ['command'],
    identity: { command, ...kconfig.identity },
    legalise: kconfig.legalise,
    isChosen: kconfig.isChosen,
    rules: kconfig.rules,
  };
};

async function kconfigOf(parsed: Parsed, { cwd, arch, signal }: Context, folder: string, named: readonly string[]) {
  const typed = textOf(parsed, 'kernel-tree');
  if (typed === undefined) {
    return { named, legalise: asItIs, isChosen: () => true, rules: () => [], identity: {} };
  }
  const tree = resolve(cwd, typed);
  if (!existsSync(join(tree, 'Kconfig'))) {
    throw new UsageError({ code: 'no-such-folder', message: `--kernel-tree ${typed}: there is no Kconfig in it` });
  }
  const { readKconfig } = await import('../image/kernel/kconfig/tree.ts');
  const { kernels } = await import('../image/kernel/rows.ts');
  const isKernelArch = (word: string): word is keyof typeof kernels => Object.hasOwn(kernels, word);
  const name = textOf(parsed, 'arch') ?? arch;
  const known = isKernelArch(name) ? name : undefined;
  if (known === undefined) {
    throw new UsageError({
      code: 'unknown-arch',
      message: `--arch ${name}: no kernel is built for it, only for ${Object.keys(kernels).join(', ')}`,
    });
  }
  const options = await readKconfig(tree, kernels[known].srcarch);
  const isChosen = isChosenIn(options);
  const all = [...new Set([...options.keys(), ...named])].filter(isChosen);
  const objects = join(folder, 'kconfig');
  return {
    named: all,
    legalise: olddefconfig(objects, all, hostMake({ tree, objects, arch: known, signal })),
    isChosen,
    rules: (space: Space) => implicationsOf(space, options),
    identity: { tree, arch: name },
  };
}

/** The folder of a search: the same for the same question, so that --resume finds it. */
export function folderOf(parsed: Parsed, { cwd }: Context, question: Readonly<Record<string, unknown>>): string {
  const out = textOf(parsed, 'out');
  const key = createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 12);
  const folder = out === undefined ? join(checkout, 'reports/out/bisect', key) : resolve(cwd, out);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** A record that goes on, or one that begins. */
export interface OpenRecord extends Disposable {
  readonly path: string;
  readonly before: readonly Stamped[];
  readonly emit: (event: BisectEvent) => void;
}

/**
 * @throws UsageError `unfinished-bisection` where there is a record and neither --resume nor --start-over says what to do with it;
 *   `nothing-to-resume`
 */
export function recordIn(folder: string, parsed: Parsed, listener: (event: BisectEvent) => void): OpenRecord {
  const path = join(folder, 'bisect.ndjson');
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
  const record = openRecord(path);
  const emit = (event: BisectEvent) => {
    record.append(event);
    listener(event);
  };
  return { path, before, emit, [Symbol.dispose]: () => record[Symbol.dispose]() };
}

/** @throws UsageError `no-such-file`, `flag-missing` */
export function configurationOf(
  parsed: Parsed,
  flag: string,
  { cwd }: Context,
): { values: Configuration; text: string; path: string } {
  const typed = textOf(parsed, flag);
  if (typed === undefined) {
    throw new UsageError({ code: 'flag-missing', message: `--${flag} FILE is missing` });
  }
  const path = resolve(cwd, typed);
  try {
    const text = readFileSync(path, 'utf8');
    return { values: readConfiguration(text), text, path };
  } catch (cause) {
    throw new UsageError({
      code: 'no-such-file',
      message: `--${flag} ${typed}: it cannot be read: ${cause instanceof Error ? cause.message : cause}`,
    });
  }
}

export const textOf = ({ flags }: Parsed, flag: string) => flags.get(flag)?.[0];

export function countOf(parsed: Parsed, flag: string, usual: number): number {
  const typed = textOf(parsed, flag);
  if (typed === undefined) return usual;
  if (/^[1-9]\d{0,3}$/.test(typed)) return Number(typed);
  throw new UsageError({ code: 'not-a-number', message: `--${flag} ${typed}: give a whole number from 1` });
}

/** A line of progress for an event; most have none. */
export function progressLine(event: BisectEvent): string | undefined {
  if (event.type === 'round') {
    const { round, suspects, testsLeft, secondsLeft, likeliest, share } = event;
    const guess = share >= 0.5 ? `; likeliest ${likeliest.map((term) => term.join(' with ')).join(', or ')}` : '';
    const left = `about ${testsLeft} tests left${secondsLeft === undefined ? '' : `, ${duration(secondsLeft)}`}`;
    return `round ${round}: ${suspects} options in question, ${left}${guess}`;
  }
  if (event.type !== 'step') return undefined;
  const { number, purpose, made, verdict, because } = event;
  return `  test ${number} (${purpose}): ${made} options as in the bad configuration: ${verdict}${because ? `, ${because}` : ''}`;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
