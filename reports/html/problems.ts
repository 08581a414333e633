import { firstProblem } from '../attempt.ts';
import type { AttemptResult, CellResult } from '../results.ts';
import { differenceOf } from './difference.ts';
import type { CellBrief, FactChange, Problem } from './model.ts';
import { ORDER, type Verdict } from './words.ts';

/** What a fault of many cells is made of. */
export interface Judged {
  readonly result: CellResult;
  readonly brief: CellBrief;
  readonly changes: readonly FactChange[];
}

/** The cells' own pages have all of them. */
const MOST_CHANGES = 5;
/** What changed since a cell was good longer ago than so many runs changed for a hundred reasons. */
const RECENT = 7;
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
    since: members.reduce((least, { brief }) => Math.min(least, brief.since ?? least), first.brief.past.length - 1),
    ...together(members.map(({ result }) => result)),
    changes: commonChanges(members),
  };
}

/**
 * One command for all cells, where their own differ in nothing but the name; otherwise a line for each. What is a whole block of
 * the matrix is named as such, in the command too.
 */
function together(cells: readonly CellResult[]): Pick<Problem, 'rerun' | 'where'> {
  const names = cells.map(({ cell }) => cell);
  const distros = [...new Set(names.map(({ distro }) => distro))];
  const arches = [...new Set(names.map(({ arch }) => arch))];
  const fss = [...new Set(names.map(({ fs }) => fs))];
  const isBlock = cells.length > 1 && distros.length * arches.length * fss.length === cells.length;
  const where = isBlock ? [distros, arches, fss].map((each) => each.join(', ')).join(' × ') : undefined;

  const commands = cells.map(({ cell, rerun }) => rerun ?? `./stub-matrix run --cell ${cell.id}`);
  const shapes = new Set(commands.map((each, index) => each.replace(`--cell ${names[index]?.id}`, '--cell *')));
  const [shape = ''] = shapes;
  if (shapes.size > 1 || !shape.includes('--cell *')) return { where, rerun: commands.join('\n') };
  const flags = isBlock
    ? `--distro ${distros.join()} --arch ${arches.join()} --fs ${fss.join()}`
    : `--cell ${names.map(({ id }) => id).join()}`;
  return { where, rerun: shape.replace('--cell *', flags) };
}

/**
 * What is new in most cells first: of a fault in many, that is where to look. Facts that are different in the same way are one,
 * such as the dates of two archives.
 */
function commonChanges(members: readonly Judged[]): Problem['changes'] {
  const found = new Map<string, FactChange & { cells: number }>();
  for (const { brief, changes } of members) {
    if (!brief.change || brief.change === 'fixed' || (brief.times ?? 1) > RECENT) continue;
    for (const { name, before, after } of changes) {
      const apart = before === undefined ? { before, after } : differenceOf(before, after ?? '');
      const key = JSON.stringify([name, apart.before, apart.after]);
      const seen = found.get(key);
      if (seen) seen.cells += 1;
      else found.set(key, { name, before: apart.before, after: apart.after, cells: 1 });
    }
  }
  return [...found.values()].toSorted((a, b) => b.cells - a.cells).slice(0, MOST_CHANGES);
}

/** The verdict as the page has it. */
export const verdictOf = ({ status, flaky }: Pick<CellResult, 'status' | 'flaky'>): Verdict =>
  flaky ? 'flaky' : status;
