import { unknownName } from '../runners/matrix/suggest.ts';
import { type Command, commands, type Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { commonFlags } from './flag-rows.ts';
import type { Flags } from './flags.ts';

export const start: Start = async ({ words }, { print }) => {
  print(words[0] === undefined ? overview() : commandHelp(words[0]));
  return exitCodes.passed;
};

export function overview(): string {
  const rows = Object.entries(commands).map(([name, command]) => [usage(name, command), command.summary] as const);
  return [
    'stub-matrix proves that stub installs and boots Linux distributions.',
    '',
    'Usage: ./stub-matrix COMMAND [flags]',
    '',
    ...columns(rows),
    '',
    'Exit codes: 0 passed, 1 a cell failed, 2 wrong usage, 125 the harness could not tell, 130 interrupted.',
    'More about one: ./stub-matrix COMMAND --help',
  ].join('\n');
}

/** @throws UsageError `unknown-command`. */
export function commandHelp(name: string): string {
  const command = commandNamed(name);
  return [
    `Usage: ./stub-matrix ${usage(name, command)} [flags]`,
    '',
    `  ${command.summary}`,
    '',
    ...flagLines({ ...command.flags, ...commonFlags }),
  ].join('\n');
}

/** @throws UsageError `unknown-command` with the nearest names. */
export function commandNamed(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw unknownName('command', name, Object.keys(commands), './stub-matrix help');
  return command;
}

const usage = (name: string, { words }: Command) => [name, ...words].join(' ');

function flagLines(flags: Flags): string[] {
  return columns(
    Object.entries(flags).map(([name, { value, many, choices, otherwise, help }]) => {
      const more = [choices ? choices.join(' or ') : '', many ? 'may be repeated, or a,b' : ''].filter(Boolean);
      const typed = value ? ` ${otherwise === undefined ? value : `[${value}]`}` : '';
      return [`--${name}${typed}`, help + (more.length > 0 ? ` (${more.join('; ')})` : '')] as const;
    }),
  );
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`);
}
