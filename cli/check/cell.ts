import type { Context } from '../commands.ts';
import { exitCodes } from '../exit.ts';
import { start } from '../run.ts';
import type { Count } from './stages.ts';

/**
 * Runs one real cell from end to end, as its user would; from its installed disk where an earlier run has kept one of the same
 * inputs. Counts one.
 */
export async function runCell(context: Context): Promise<Count> {
  const code = await start({ flags: new Map([['cell', [`debian13-${context.arch}-xfs`]]]), words: [] }, context);
  const passed = code === exitCodes.passed;
  context.print(`cell         ${passed ? 'passed' : 'FAILED'}`);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 };
}
