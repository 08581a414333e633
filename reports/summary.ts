import { clock } from './clock.ts';
import { type CellResult, firstProblem, type RunResult } from './fold.ts';
import type { RunFolder } from './folder.ts';
import { mirrorLines, packagesLine } from './packages.ts';
import { rateOf, rateText } from './rate.ts';

/** 0 all passed, 1 a guest failed, 125 the harness could not tell (for `git bisect run`), 130 the user broke it off. */
export type ExitCode = 0 | 1 | 125 | 130;

/** The exit code that a finished run maps to. Nothing having run is no pass. */
export function exitCodeOf(result: RunResult): ExitCode {
  const statuses = new Set(result.cells.map((each) => each.status));
  if (result.interrupted) return 130;
  if (statuses.has('failed')) return 1;
  // A known failure is what was expected to come out.
  if (result.reason || statuses.has('error') || !(statuses.has('passed') || statuses.has('known'))) return 125;
  return 0;
}

const words = { passed: 'passed', failed: 'FAILED', error: 'ERROR', known: 'known', skipped: 'skipped' } as const;
const blame = { failed: 'the guest failed', error: 'the harness could not tell', known: 'known to fail' } as const;
/** Where no guest is to blame. */
const blameByCode: Readonly<Record<string, string>> = { 'known-failure-passed': 'matrix.yaml is out of date' };

/** Of the cells that the plan leaves out for one reason, the first and how many more: the report and `plan` have them all. */
function ofSkipped(cells: readonly CellResult[], width: number): string[] {
  const [first] = cells;
  if (!first) return [];
  const head = `${first.cell.id.padEnd(width)}  ${words.skipped.padEnd(7)}  because ${first.because}`;
  return cells.length === 1 ? [head] : [head, `    and ${cells.length - 1} more for the same reason`];
}

/** What a pass would hide that is not the first: how often it was tried, and how that came out first. */
function flakinessOf({ flaky, attempts }: CellResult): string {
  const [first] = attempts;
  const problem = flaky && first ? firstProblem(first) : undefined;
  if (!problem) return '';
  return `  flaky: at attempt ${attempts.length}, after "${problem.check}" [${problem.reason?.code}]`;
}

function ofCell(cell: CellResult, width: number, repeated: boolean): string[] {
  const against = cell.archive === 'stand-in' ? '  against a stand-in, not the distribution itself' : '';
  const rate = repeated ? rateOf(cell) : undefined;
  const often = rate ? `  ${rateText(rate)}` : flakinessOf(cell);
  const line = `${cell.cell.id.padEnd(width)}  ${words[cell.status].padEnd(7)}  ${clock(cell.seconds)}${often}${against}`;
  const problem = firstProblem(cell);
  if (!problem) return [line];
  const { status, reason } = problem;
  if (reason?.code === 'interrupted') return [`${line}  ${reason.message}`];
  const evidence = reason?.evidence ?? cell.attachments.findLast((each) => each.name === 'console')?.path;
  const indented = (label: string, text: string | undefined) =>
    text ? `${label}${text.trimEnd()}`.split('\n').map((each) => `    ${each}`) : [];
  const blamed = blameByCode[reason?.code ?? ''] ?? blame[status as keyof typeof blame];
  return [
    line,
    ...indented('', `${blamed}: ${problem.check}`),
    ...indented('', reason ? `[${reason.code}] ${reason.message}` : undefined),
    ...indented('evidence: ', evidence),
    ...indented('next: ', reason?.hint),
    ...indented('  $ ', reason?.command),
    ...indented('again: ', cell.rerun),
  ];
}

/** "3 cells: 1 passed, 1 passed against a stand-in, 1 skipped". What stands in for a distribution is counted by itself. */
export function tallyOf(cells: readonly CellResult[]): string {
  const counts = (['passed', 'failed', 'error', 'known', 'skipped'] as const).flatMap((status) =>
    [false, true].map((standIn) => {
      const number = cells.filter((each) => each.status === status && (each.archive === 'stand-in') === standIn).length;
      return { number, words: `${number} ${status}${standIn ? ' against a stand-in' : ''}` };
    }),
  );
  const told = counts.filter(({ number }) => number > 0).map((each) => each.words);
  const flaky = cells.filter((each) => each.flaky).length;
  if (flaky > 0) told.push(`${flaky} of the passed ${flaky === 1 ? 'is' : 'are'} flaky`);
  return `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}: ${told.join(', ') || 'none'}`;
}

/** The last words of a run: the verdict of each cell, what to look at, what to type next. */
export function summaryLines(result: RunResult, { html, junit }: Pick<RunFolder, 'html' | 'junit'>): string[] {
  const width = result.cells.reduce((widest, each) => Math.max(widest, each.cell.id.length), 0);
  const ran = result.cells.filter(({ because }) => because === undefined);
  const skipped = Map.groupBy(
    result.cells.filter(({ because }) => because !== undefined),
    ({ because }) => because,
  );
  const packages = packagesLine(result);
  return [
    '',
    ...result.notes.map((note) => `note: ${note}`),
    ...ran.flatMap((each) => ofCell(each, width, result.repeat !== undefined)),
    ...[...skipped.values()].flatMap((cells) => ofSkipped(cells, width)),
    ...(result.reason ? [`ERROR [${result.reason.code}] ${result.reason.message}`] : []),
    ...(result.reason?.hint ? [`    next: ${result.reason.hint}`] : []),
    ...(result.interrupted ? ['interrupted'] : []),
    ...(packages === undefined ? [] : [`packages: ${packages}`]),
    ...mirrorLines(result).map((line) => `mirror: ${line}`),
    tallyOf(result.cells),
    `report: ${html}`,
    `junit: ${junit}`,
  ];
}
