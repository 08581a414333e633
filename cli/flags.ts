import { parseArgs } from 'node:util';
import { UsageError } from '../runners/errors.ts';
import { nearest, unknownName } from '../runners/matrix/suggest.ts';
import { commonFlags } from './flag-rows.ts';

export interface Flag {
  /** What its value is called in the help; a flag without one takes no value. */
  readonly value?: string;
  /** May be given more than once, and as a list with commas. */
  readonly many?: true;
  /** The only values it takes. */
  readonly choices?: readonly string[];
  /** Its value where it is given without one. */
  readonly otherwise?: string;
  /** Says how a run is to go, not what it is: it may be given anew when the run is resumed. */
  readonly anew?: true;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

export interface Parsed {
  /** The values of each flag that was given; an empty list for one that takes none. */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  /** The words that are no flags, as many as `words` or fewer. */
  readonly words: readonly string[];
}

/**
 * Takes a command's arguments apart, strictly: what is not understood is refused, so that nothing starts on a guess.
 *
 * @param words the names of the words the command takes besides flags; any number where the last one ends with `…`.
 * @throws UsageError naming the nearest flags or values.
 */
export function parseFlags(command: string, args: readonly string[], flags: Flags, words: readonly string[]): Parsed {
  const all: Flags = { ...flags, ...commonFlags };
  const help = `./stub-matrix ${command} --help`.replace('  ', ' ');
  // `pnpm test -- --distro x` hands the -- on to us, and `pnpm nightly -- --jobs 2` does so behind flags of the script's.
  const between = args.indexOf('--');
  const given = args.filter((_, place) => place !== between);
  const { tokens } = parseArgs({
    args: given.map((argument, place) => completed(argument, given[place + 1], all)),
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(all).map(([name, flag]) => [name, { type: flag.value ? 'string' : 'boolean' }]),
    ),
  });

  const found = new Map<string, string[]>();
  const loose: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      if (loose.length >= words.length && !words.at(-1)?.endsWith('…')) throw unexpected(token.value, all, help);
      loose.push(token.value);
      continue;
    }
    const flag = Object.hasOwn(all, token.name) ? all[token.name] : undefined;
    if (!flag) throw unknownFlag(token.rawName, all, help);
    const values = valuesOf(token.name, flag, token.value, token.inlineValue ?? false, help);
    const before = found.get(token.name);
    if (before && !flag.many && flag.value) throw refused('flag-twice', `--${token.name} was given twice`, help);
    found.set(token.name, [...(before ?? []), ...values]);
  }
  return { flags: found, words: loose };
}

/** An argument with the value that it does without. */
function completed(argument: string, next: string | undefined, flags: Flags): string {
  if (argument === '-h') return '--help';
  const name = argument.slice(2);
  const flag = argument.startsWith('--') && Object.hasOwn(flags, name) ? flags[name] : undefined;
  const isAlone = next === undefined || next.startsWith('-');
  return flag?.otherwise !== undefined && isAlone ? `${argument}=${flag.otherwise}` : argument;
}

function valuesOf(name: string, flag: Flag, value: string | undefined, inline: boolean, help: string): string[] {
  if (!flag.value) {
    if (value !== undefined) throw refused('flag-value', `--${name} takes no value, but "${value}" was given`, help);
    return [];
  }
  // A flag in the place of the value means that the value was forgotten.
  if (value === undefined || value === '' || (!inline && value.startsWith('-'))) {
    throw refused('flag-value', `--${name} needs a value: --${name} ${flag.value}`, help);
  }
  const values = flag.many ? value.split(',') : [value];
  for (const each of values) {
    if (each === '') throw refused('flag-value', `--${name} ${value}: there is nothing between two commas`, help);
    if (flag.choices && !flag.choices.includes(each)) throw unknownName(`value of --${name}`, each, flag.choices, help);
  }
  return values;
}

function unknownFlag(typed: string, flags: Flags, command: string): UsageError {
  const valid = Object.keys(flags).map((name) => `--${name}`);
  return unknownName('flag', typed, typed.startsWith('--') ? valid : [...valid, '-h'], command);
}

function unexpected(typed: string, flags: Flags, command: string): UsageError {
  const near = nearest(
    `--${typed}`,
    Object.keys(flags).map((name) => `--${name}`),
  );
  return refused(
    'unexpected-word',
    `"${typed}" is not expected here${near[0] ? `; did you mean ${near[0]}?` : ''}`,
    command,
  );
}

function refused(code: string, message: string, command: string): UsageError {
  return new UsageError({ code, message, command });
}
