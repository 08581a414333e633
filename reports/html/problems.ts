import { firstProblem } from '../attempt.ts';
import type { AttemptResult, CellResult } from '../results.ts';
import type { CellBrief, FactChange, Problem } from './model.ts';
import { ORDER, type Verdict } from './words.ts';

/** What a fault of many cells is made of. */
export interface Judged {
  readonly result: CellResult;
  readonly brief: CellBrief;
  readonly changes: readonly FactChange[];
}

/** Facts of one cell that stand in a problem's list are enough; the cells' own pages have all of them. */
const MOST_CHANGES = 6;
const MOST_LINES = 6;

/** The attempt that a cell is looked at for: the last with its verdict, and of a flaky one the last that did not pass. */
export const decisive = ({ attempts, status, flaky }: CellResult): AttemptResult | undefined =>
  attempts.findLast((each) => (flaky ? each.status !== 'passed' : each.status === status)) ?? attempts.at(-1);

/**
 * The faults of a run, each once, however many cells have it: by the signature that is the same for the same fault. New ones
 * first, and the guest's before the harness's. What is flaky or known comes after what broke.
 */
export function problemsOf(cells: readonly Judged[]): Problem[] {
  const groups = new Map<string, number[]>();
  for (const [index, { result, brief }] of cells.entries()) {
    if (brief.verdict === 'passed' || brief.verdict === 'skipped') continue;
    const key = `${brief.verdict} ${decisive(result)?.signature ?? result.signature ?? codeOf(result)}`;
    const group = groups.get(key);
    if (group) group.push(index);
    else groups.set(key, [index]);
  }
  return [...groups.values()].map((indexes) => problemOf(indexes, cells)).toSorted(byWeight);
}

const codeOf = (result: CellResult) => firstProblem(decisive(result) ?? result)?.reason?.code ?? 'unknown';

const weight = ({ verdict, fresh }: Problem) => {
  const bad = verdict === 'failed' || verdict === 'error';
  return (bad ? 0 : 4) + (bad && fresh === 0 ? 2 : 0) + ORDER.indexOf(verdict) / ORDER.length;
};

const byWeight = (a: Problem, b: Problem) => weight(a) - weight(b) || b.cells.length - a.cells.length;

function problemOf(indexes: readonly number[], cells: readonly Judged[]): Problem {
  const members = indexes.flatMap((index) => cells[index] ?? []);
  // What is longest known has most often the best words, and it is the same on every morning.
  const [first] = members as [Judged];
  const attempt = decisive(first.result);
  const problem = firstProblem(attempt ?? first.result);
  const diagnosis = attempt?.diagnosis ?? first.result.diagnosis;
  const [headline = ''] = (problem?.reason?.message ?? 'no reason is on record').split('\n');
  const fresh = members.filter(({ brief }) => brief.change === 'new' || brief.change === 'first').length;
  return {
    verdict: first.brief.verdict,
    title: diagnosis?.sentence ?? headline,
    code: diagnosis?.code ?? problem?.reason?.code ?? 'unknown',
    check: problem?.check ?? '',
    lines: (diagnosis?.lines ?? []).slice(0, MOST_LINES).map(({ text }) => text),
    hint: problem?.reason?.hint,
    command: problem?.reason?.command,
    cells: indexes,
    fresh,
    standIns: members.filter(({ brief }) => brief.standIn).length,
    since: Math.min(...members.map(({ brief }) => brief.since ?? brief.past.length - 1)),
    rerun: together(members.map(({ result }) => result)),
    changes: commonChanges(members),
  };
}

/** One command for all cells where their own differ in nothing but the name; otherwise a line for each. */
function together(cells: readonly CellResult[]): string {
  const commands = cells.map(({ cell, rerun }) => rerun ?? `./stub-matrix run --cell ${cell.id}`);
  const [first = ''] = commands;
  const shape = (command: string, id: string) => command.replace(`--cell ${id}`, '--cell *');
  const shapes = new Set(cells.map(({ cell }, index) => shape(commands[index] ?? '', cell.id)));
  if (shapes.size > 1) return commands.join('\n');
  return first.replace(`--cell ${cells[0]?.cell.id}`, `--cell ${cells.map(({ cell }) => cell.id).join(',')}`);
}

/** What is most common first: of a fault in many cells, that is where to look. */
function commonChanges(members: readonly Judged[]): Problem['changes'] {
  const found = new Map<string, FactChange & { cells: number }>();
  for (const { changes } of members) {
    for (const change of changes) {
      const key = JSON.stringify([change.name, change.before, change.after]);
      const seen = found.get(key);
      if (seen) seen.cells += 1;
      else found.set(key, { ...change, cells: 1 });
    }
  }
  return [...found.values()].toSorted((a, b) => b.cells - a.cells).slice(0, MOST_CHANGES);
}

/** The verdict as the page has it. */
export const verdictOf = ({ status, flaky }: Pick<CellResult, 'status' | 'flaky'>): Verdict =>
  flaky ? 'flaky' : status;
