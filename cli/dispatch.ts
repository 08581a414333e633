import { UsageError } from '../runners/errors.ts';
import type { Context } from './commands.ts';
import { exitCodes } from './exit.ts';
import { parseFlags } from './flags.ts';
import { commandHelp, commandNamed, overview } from './help.ts';

/** Finds the command that the words of a command line name, and starts it. @returns the exit code. */
export async function dispatch(words: readonly string[], context: Context): Promise<number> {
  const [name, ...rest] = words[0] === '--' ? words.slice(1) : words;
  if (name === undefined || name === '--help' || name === '-h') {
    context.print(overview());
    return exitCodes.passed;
  }
  if (name.startsWith('-')) {
    throw new UsageError({
      code: 'no-command',
      message: `a command comes first, but this is a flag: ${name}`,
      command: `./stub-matrix run ${[name, ...rest].join(' ')}`,
    });
  }
  const command = commandNamed(name);
  const parsed = parseFlags(name, rest, command.flags, command.words);
  if (parsed.flags.has('help')) {
    context.print(commandHelp(name));
    return exitCodes.passed;
  }
  const { start } = await command.load();
  return await start(parsed, { ...context, install: context.install && !parsed.flags.has('no-install') });
}
