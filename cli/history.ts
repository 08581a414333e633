import { join } from 'node:path';
import { clock } from '../reports/clock.ts';
import { HISTORY, openHistory } from '../reports/history/history.ts';
import type { CellRow, Flakiness } from '../reports/history/rows.ts';
import { UsageError } from '../runners/errors.ts';
import { unknownName } from '../runners/matrix/suggest.ts';
import { aligned } from './columns.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { outFolderOf, wholeNumber } from './options.ts';

const DEFAULT_RUNS = '30';

export const start: Start = async (parsed, context) => {
  const outFolder = outFolderOf(parsed, context);
  const runs = wholeNumber('runs', parsed.flags.get('runs')?.[0] ?? DEFAULT_RUNS);
  const json = parsed.flags.has('json');
  // With --json, standard output is for a program.
  const note = (text: string) => void (json ? process.stderr.write(`note: ${text}\n`) : context.print(`note: ${text}`));
  using history = openHistory(join(outFolder, HISTORY), { note });
  const last = history.lastRuns(runs);
  if (last.length === 0) {
    throw new UsageError({
      code: 'no-history',
      message: `there is no run yet in ${outFolder}`,
      hint: '--out DIR says where the reports lie',
      command: './stub-matrix run --distro debian13',
    });
  }
  const fared = history.flakiness(runs);
  const cells = parsed.flags.get('cell');
  if (!cells) {
    const lines = json ? [JSON.stringify({ runs: last, cells: fared }, null, 2)] : overviewLines(fared, last.length);
    for (const line of lines) context.print(line);
    return exitCodes.passed;
  }
  const told = cells.map((cell) => {
    const rows = history.ofCell(cell, runs);
    if (rows.length > 0) return { cell, rows };
    throw unknownName(
      'cell',
      cell,
      fared.map((each) => each.cell),
      './stub-matrix history',
    );
  });
  if (json) context.print(JSON.stringify(told, null, 2));
  else for (const line of told.flatMap(({ cell, rows }) => [cell, ...cellLines(rows)])) context.print(line);
  return exitCodes.passed;
};

const optionalClock = (seconds: number | undefined) => (seconds === undefined ? '' : clock(seconds));

/** A line a cell: the ones that fail most often first. */
export function overviewLines(cells: readonly Flakiness[], runs: number): string[] {
  const rate = ({ passedTries, tries }: Flakiness) => (tries === 0 ? 1 : passedTries / tries);
  const rows = cells
    .toSorted((a, b) => rate(a) - rate(b) || (a.cell < b.cell ? -1 : 1))
    .map((each) => [
      each.cell,
      each.last,
      `${Math.round(rate(each) * 100)} %`,
      `${each.passedTries}/${each.tries}`,
      String(each.flaky),
      optionalClock(each.seconds),
      optionalClock(each.installedSeconds),
      each.signatures[0] ? `${each.signatures[0].times} × ${each.signatures[0].signature}` : '',
    ]);
  const head = ['cell', 'last', ' pass rate', ' attempts', ' flaky', ' fresh', ' installed', 'commonest failure'];
  return [
    ...aligned(head, rows),
    `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'} in the last ${runs === 1 ? 'run' : `${runs} runs`}`,
  ];
}

/** A line a run, the newest first. */
export function cellLines(rows: readonly CellRow[]): string[] {
  const head = ['run', 'verdict', ' took', 'from', 'archive', 'kernel', 'failure'];
  return aligned(
    head,
    rows.map((row) => [
      row.run,
      row.flaky
        ? `flaky (${row.attempts.map(({ status }) => status).join(', ')})`
        : row.finished
          ? row.status
          : 'broken off',
      clock(row.seconds),
      row.beginning === 'empty' ? 'fresh' : (row.beginning ?? ''),
      row.archive ?? '',
      row.facts['installed kernel']?.split(' ')[0] ?? '',
      row.signature ?? '',
    ]),
  );
}
