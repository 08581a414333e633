import type { Context } from '../commands.ts';
import { exitCodes } from '../exit.ts';
import { start as startImage } from '../image.ts';
import { start as startRun } from '../run.ts';
import type { Count } from './stages.ts';

/** Builds the image where the store has none, so that no test waits for a compiler. Counts one. */
export async function makeImage(context: Context): Promise<Count> {
  const code = await startImage({ flags: new Map([['arch', [context.arch]]]), words: [] }, context);
  return verdict('image', code, context);
}

/**
 * Runs one real cell from end to end, as its user would; from its installed disk where an earlier run has kept one of the same
 * inputs. Counts one.
 */
export async function runCell(context: Context): Promise<Count> {
  const code = await startRun({ flags: new Map([['cell', [`debian13-${context.arch}-xfs`]]]), words: [] }, context);
  return verdict('cell', code, context);
}

function verdict(name: string, code: number, { print }: Context): Count {
  const passed = code === exitCodes.passed;
  print(`${name.padEnd(12)} ${passed ? 'passed' : 'FAILED'}`);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}
