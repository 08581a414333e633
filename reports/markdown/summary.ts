import { renameSync, writeFileSync } from 'node:fs';
import type { Status } from '../../runners/events/event.ts';
import { clock } from '../clock.ts';
import { type AttemptResult, type CellResult, firstProblem, type RunResult } from '../fold.ts';
import type { GoodRun } from '../history/rows.ts';
import { mirrorLines, packagesLine } from '../packages.ts';
import { plain, table, typed } from './escape.ts';

/** Of each kind: GitHub shows no summary above 1 MiB, and nobody reads so many. */
const MOST = 200;

/** When a cell was good for the last time; nothing where there is no history. */
export type LastGood = (cell: CellResult) => GoodRun | undefined;

const isStandIn = ({ archive }: CellResult) => archive === 'stand-in';
const nameOf = (cell: CellResult) => `${typed(cell.cell.id)}${isStandIn(cell) ? ' (stand-in)' : ''}`;
const day = (time: number) => new Date(time).toISOString().slice(0, 10);

/** What went wrong, in the words of the diagnosis where there is one. */
function whatOf(attempt: Pick<AttemptResult, 'checks' | 'diagnosis'>): string {
  const problem = firstProblem(attempt);
  if (!problem) return '';
  const said = attempt.diagnosis?.sentence ?? problem.reason?.message ?? 'no reason was given';
  const fault = problem.status === 'error' ? ' (the harness could not tell)' : '';
  return `**${plain(problem.check)}**${fault}<br>${plain(said)}`;
}

/** A section of the cells of one kind, with a row each; nothing where there are none. */
function section(
  title: string,
  head: readonly string[],
  cells: readonly CellResult[],
  row: (cell: CellResult) => string[],
) {
  if (cells.length === 0) return [];
  const more = cells.length > MOST ? ['', `… and ${cells.length - MOST} more, in junit.xml.`] : [];
  return ['', `## ${title}`, '', ...table(head, cells.slice(0, MOST).map(row)), ...more];
}

function brokenRow(cell: CellResult, lastGood: LastGood | undefined): string[] {
  const good = lastGood?.(cell);
  const since = good ? `${day(good.startedAt)}<br>${typed(good.run)}` : lastGood ? 'never seen' : 'unknown';
  return [nameOf(cell), whatOf(cell), since, cell.rerun === undefined ? '' : typed(cell.rerun)];
}

function flakyRow(cell: CellResult): string[] {
  const bad = cell.attempts.filter(({ status }) => status === 'failed' || status === 'error');
  const course = cell.attempts.map(({ status }) => status).join(', ');
  return [nameOf(cell), plain(course), bad.map(whatOf).join('<br>'), cell.rerun === undefined ? '' : typed(cell.rerun)];
}

const TITLES: Readonly<Record<Status, string>> = {
  passed: 'passed',
  failed: 'failed',
  error: 'error: the harness could not tell',
  known: 'known to fail',
  skipped: 'skipped',
};

function totals(cells: readonly CellResult[]): string[] {
  const rows = Object.entries(TITLES).flatMap(([status, title]) => {
    const found = cells.filter((cell) => cell.status === status);
    const standIns = found.filter(isStandIn).length;
    const flaky = found.filter((cell) => cell.flaky).length;
    const name = `${title}${flaky > 0 ? `, of these flaky: ${flaky}` : ''}`;
    return found.length > 0 ? [[name, `${found.length - standIns}`, `${standIns}`]] : [];
  });
  return ['', '## Totals', '', ...table(['', 'the distribution itself', 'a stand-in'], rows)];
}

function leftOut(cells: readonly CellResult[]): string[] {
  const skipped = cells.filter(({ because }) => because !== undefined);
  const reasons = [...Map.groupBy(skipped, ({ because = '' }) => because)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  if (reasons.length === 0) return [];
  const rows = reasons.slice(0, MOST).map(([because, { length }]) => [`${length}`, plain(because)]);
  const title = `${skipped.length} ${skipped.length === 1 ? 'cell was' : 'cells were'} left out by the plan`;
  return ['', `<details><summary>${title}</summary>`, '', ...table(['cells', 'because'], rows), '', '</details>'];
}

function headline({ run, cells, interrupted, reason }: RunResult): string {
  const ran = cells.filter(({ because }) => because === undefined);
  const count = (status: Status) => ran.filter((cell) => cell.status === status).length;
  const parts = (['failed', 'error', 'known', 'passed'] as const).flatMap((status) =>
    count(status) > 0 ? [`${count(status)} ${status}`] : [],
  );
  const end = [...(interrupted ? ['interrupted'] : []), ...(reason ? ['broken off'] : [])];
  return `# stub-matrix ${plain(run)}: ${[...end, parts.join(', ') || 'nothing ran'].join(', ')}`;
}

/** What of the verdicts is none on a distribution. */
function standInWarning(cells: readonly CellResult[]): string[] {
  const against = cells.filter(isStandIn);
  if (against.length === 0) return [];
  const distros = [...new Set(against.map(({ cell }) => cell.distro))].map(typed).join(', ');
  const text = `${against.length} ${against.length === 1 ? 'cell' : 'cells'} ran against a stand-in of the archive: that proves the installer and the checks, and says nothing about the distribution itself. It is ${distros}.`;
  return ['', `> **Stand-ins.** ${text}`];
}

/** The run as Markdown for the summary of a CI's job: what broke and since when, first. At most 1 MiB, however many cells. */
export function summaryMarkdown(result: RunResult, lastGood?: LastGood): string {
  const { cells, reason, notes, startedAt, endedAt } = result;
  const of = (...statuses: Status[]) => cells.filter(({ status }) => statuses.includes(status));
  const packages = packagesLine(result);
  const said = [
    ...notes.slice(0, MOST),
    ...(packages === undefined ? [] : [`packages: ${packages}`]),
    ...mirrorLines(result).slice(0, MOST),
  ];
  const lines = [
    headline(result),
    ...(reason ? ['', `**The run as a whole went wrong:** ${plain(reason.message)}`] : []),
    ...standInWarning(cells),
    ...section('Failed', ['cell', 'what went wrong', 'last good', 'again'], [...of('failed'), ...of('error')], (cell) =>
      brokenRow(cell, lastGood),
    ),
    ...section(
      'Flaky: passed at last',
      ['cell', 'attempts', 'what went wrong before', 'again'],
      cells.filter(({ flaky }) => flaky),
      flakyRow,
    ),
    ...section('Known to fail', ['cell', 'what'], of('known'), (cell) => [nameOf(cell), whatOf(cell)]),
    ...totals(cells),
    ...leftOut(cells),
    ...(said.length > 0 ? ['', '## Notes', '', ...said.map((text) => `- ${plain(text)}`)] : []),
    '',
    `${clock((endedAt - startedAt) / 1000)} from ${day(startedAt)} on. ${Object.entries(result.properties)
      .map(([name, value]) => `${plain(name)}: ${typed(value)}`)
      .join(', ')}`,
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** Writes it whole or not at all. */
export function writeSummary(result: RunResult, path: string, lastGood?: LastGood): void {
  writeFileSync(`${path}.part`, summaryMarkdown(result, lastGood), { mode: 0o600 });
  renameSync(`${path}.part`, path);
}
