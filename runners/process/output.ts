import { execa } from 'execa';
import { HarnessError } from '../errors.ts';
import { type Argv, pasteable } from './command.ts';

/**
 * What a command prints, piece by piece, for more than one would like to have in memory at once. Giving up half-way ends it.
 *
 * @throws HarnessError `command-failed`, at the end of what it printed.
 */
export async function* outputOf([file, ...args]: Argv): AsyncGenerator<string> {
  const child = execa(file, args, { reject: false, stdin: 'ignore', buffer: { stdout: false, stderr: true } });
  child.stdout.setEncoding('utf8');
  let whole = false;
  try {
    for await (const piece of child.stdout) yield piece as string;
    whole = true;
  } finally {
    if (!whole) child.kill();
  }
  const { failed, shortMessage, stderr } = await child;
  if (!failed) return;
  throw new HarnessError({
    code: 'command-failed',
    message: `${shortMessage ?? file}${stderr ? `:\n${stderr}` : ''}`,
    command: pasteable([file, ...args]),
  });
}
