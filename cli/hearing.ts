import { UsageError } from '../runners/errors.ts';
import type { OpenHearing } from './bisecting.ts';

/**
 * Who judges configurations: cells, or a command.
 *
 * @throws UsageError `no-judge`, `two-judges`
 */
export const openHearing: OpenHearing = async (parsed, context) => {
  const [cells, command] = [parsed.flags.has('cell'), parsed.flags.has('run')];
  if (cells && command) {
    throw new UsageError({
      code: 'two-judges',
      message: '--cell and --run: either cells judge or a command; choose one',
    });
  }
  if (command) return (await import('./command-court.ts')).commandHearing(parsed, context);
  if (cells) return (await import('./cell-court.ts')).cellHearing(parsed, context);
  throw new UsageError({
    code: 'no-judge',
    message: 'what judges a configuration? Neither --cell nor --run is there',
    hint: '--cell debian13-x86_64-xfs builds kernels and boots them; --run COMMAND finds the .config in $STUB_MATRIX_CONFIG and ends with 0 good, 1 bad, 125 unknown',
  });
};
