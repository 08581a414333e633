import { UsageError } from '../runners/errors.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import { cellsOf, makePlan } from '../runners/matrix/plan.ts';
import { unknownName } from '../runners/matrix/suggest.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { checkGivenImage } from './given-image.ts';
import { tidyUp } from './leftovers.ts';
import { runOptionsOf } from './options.ts';
import { requireTools, usesOf } from './tools.ts';

export const start: Start = async (parsed, context) => {
  const matrix = loadMatrix();
  const [id] = parsed.words;
  const ids = cellsOf(matrix).map((cell) => cell.id);
  if (id === undefined) {
    throw new UsageError({
      code: 'no-cell',
      message: 'which cell? Its id is missing: distribution-architecture-filesystem',
      command: './stub-matrix shell debian13-x86_64-xfs',
    });
  }
  if (!ids.includes(id)) throw unknownName('cell', id, ids, './stub-matrix plan');
  const { run, skip } = makePlan(matrix, { cell: [id] });
  const [planned] = run;
  if (!planned) throw new UsageError({ code: 'cell-skipped', message: `${id} cannot be run: ${skip[0]?.because}` });
  const options = runOptionsOf(parsed, context);
  await requireTools({ uses: usesOf([planned]), arches: [planned.cell.arch] }, context);
  await checkGivenImage(options);

  await tidyUp(options.cacheFolder, context);
  const { openShell } = await import('../runners/cell/shell.ts');
  await openShell(planned, options, { print: context.print, signal: context.signal });
  return exitCodes.passed;
};
