import { whatExists } from '../runners/cell/existing.ts';
import { UsageError } from '../runners/errors.ts';
import { cellsOf } from '../runners/matrix/cells.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import { makePlan } from '../runners/matrix/plan.ts';
import { unknownName } from '../runners/matrix/suggest.ts';
import type { Start } from './commands.ts';
import { chooseEmulator } from './emulator.ts';
import { exitCodes } from './exit.ts';
import { checkGivenImage } from './given-image.ts';
import { tidyUp } from './leftovers.ts';
import { runOptionsOf } from './options.ts';
import { archiveChoiceOf } from './selection.ts';
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
  const options = runOptionsOf(parsed, context);
  const archive = archiveChoiceOf(parsed, matrix);
  const { run, skip } = makePlan(matrix, whatExists(options), { selection: { cell: [id] }, archive });
  const [planned] = run;
  if (!planned) throw new UsageError({ code: 'cell-skipped', message: `${id} cannot be run: ${skip[0]?.because}` });
  await requireTools({ uses: usesOf([planned]), arches: [planned.cell.arch] }, context);
  await checkGivenImage(options);
  await chooseEmulator([planned], options, context);

  await tidyUp(options.cacheFolder, context);
  const { openShell } = await import('../runners/cell/shell.ts');
  const wishes = parsed.flags.has('archive') ? { ...options, archive } : options;
  await openShell(planned, wishes, { print: context.print, signal: context.signal });
  return exitCodes.passed;
};
