import { clock } from './clock.ts';
import { type CellResult, firstProblem, type RunResult } from './fold.ts';
import { mirrorLines, packagesLine } from './packages.ts';

/** 0 all passed, 1 a guest failed, 125 the harness could not tell (for `git bisect run`), 130 the user broke it off. */
export type ExitCode = 0 | 1 | 125 | 130;

/** The exit code that a finished run maps to. Nothing having run is no pass. */
export function exitCodeOf(result: RunResult): ExitCode {
  const statuses = new Set(result.cells.map((each) => each.status));
  if (result.interrupted) return 130;
  if (statuses.has('failed')) return 1;
  if (result.reason || statuses.has('error') || !statuses.has('passed')) return 125;
  return 0;
}

const words = { passed: 'passed', failed: 'FAILED', error: 'ERROR', skipped: 'skipped' } as const;
const blame = { failed: 'the guest failed', error: 'the harness could not tell' } as const;

function ofCell(cell: CellResult, width: number): string[] {
  const head = `${cell.cell.id.padEnd(width)}  ${words[cell.status].padEnd(7)}`;
  if (cell.because) return [`${head}  because ${cell.because}`];
  const lines = [`${head}  ${clock(cell.seconds)}`];
  const problem = firstProblem(cell);
  if (!problem || (problem.status !== 'failed' && problem.status !== 'error')) return lines;
  const { reason } = problem;
  if (reason?.code === 'interrupted') return [`${lines[0]}  ${reason.message}`];
  const evidence = reason?.evidence ?? cell.attachments.findLast((each) => each.name === 'console')?.path;
  const indented = (label: string, text: string | undefined) =>
    text ? `${label}${text.trimEnd()}`.split('\n').map((line) => `    ${line}`) : [];
  return [
    ...lines,
    ...indented('', `${blame[problem.status]}: ${problem.check}`),
    ...indented('', reason ? `[${reason.code}] ${reason.message}` : undefined),
    ...indented('evidence: ', evidence),
    ...indented('next: ', reason?.hint),
    ...indented('  $ ', reason?.command),
    ...indented('again: ', cell.rerun),
  ];
}

/** The last words of a run: the verdict of each cell, what to look at, what to type next. */
export function summaryLines(result: RunResult, junit: string): string[] {
  const width = Math.max(0, ...result.cells.map((each) => each.cell.id.length));
  const tally = (['passed', 'failed', 'error', 'skipped'] as const)
    .map((status) => [status, result.cells.filter((each) => each.status === status).length] as const)
    .filter(([, number]) => number > 0)
    .map(([status, number]) => `${number} ${status}`);
  const packages = packagesLine(result);
  return [
    '',
    ...result.notes.map((note) => `note: ${note}`),
    ...result.cells.flatMap((each) => ofCell(each, width)),
    ...(result.reason ? [`ERROR [${result.reason.code}] ${result.reason.message}`] : []),
    ...(result.reason?.hint ? [`    next: ${result.reason.hint}`] : []),
    ...(result.interrupted ? ['interrupted'] : []),
    ...(packages === undefined ? [] : [`packages: ${packages}`]),
    ...mirrorLines(result).map((line) => `mirror: ${line}`),
    `${result.cells.length} ${result.cells.length === 1 ? 'cell' : 'cells'}: ${tally.join(', ') || 'none'}`,
    `report: ${junit}`,
  ];
}
