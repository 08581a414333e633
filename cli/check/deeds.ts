import { explain } from '../../runners/errors.ts';
import type { Context, Start } from '../commands.ts';
import { exitCodes } from '../exit.ts';
import { start as makeImage } from '../image.ts';
import { start as runCells } from '../run.ts';
import type { Count } from './stages.ts';

/** What `check` does as a user would, by the commands themselves. */
interface Deed {
  readonly name: string;
  readonly start: Start;
  readonly flags: (arch: string) => ReadonlyMap<string, readonly string[]>;
}

/** Builds the image where the store has none, so that no test waits for a compiler. */
export const image: Deed = { name: 'image', start: makeImage, flags: (arch) => new Map([['arch', [arch]]]) };

/** One real cell from end to end; from its installed disk where an earlier run has kept one of the same inputs. */
export const cell: Deed = {
  name: 'cell',
  start: runCells,
  flags: (arch) => new Map([['cell', [`debian13-${arch}-xfs`]]]),
};

/** Counts one. */
export async function perform({ name, start, flags }: Deed, context: Context): Promise<Count> {
  let passed = false;
  try {
    passed = (await start({ flags: flags(context.arch), words: [] }, context)) === exitCodes.passed;
  } catch (error) {
    context.signal.throwIfAborted();
    context.print(explain(error));
  }
  context.print(`${name.padEnd(12)} ${passed ? 'passed' : 'FAILED'}`);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}
