import type { Status } from '../../runners/events/event.ts';
import { beginningOf, secondsByPhase } from '../course.ts';
import { type CellResult, type CheckResult, firstProblem, type RunResult } from '../fold.ts';
import type { CellRow } from '../history/rows.ts';
import { LEAST, noiseOf } from './noise.ts';

export interface PhaseChange {
  readonly phase: string;
  /** Seconds. */
  readonly before: number;
  readonly after: number;
  /** How much it differs anyway, in seconds. */
  readonly noise: number;
  /** Runs of history that this rests on; 0 where it is a guess. */
  readonly runs: number;
}

/** What is different about one cell. */
export interface CellChange {
  readonly cell: string;
  readonly before: Status;
  readonly after: Status;
  readonly flaky: { readonly before: boolean; readonly after: boolean };
  /** What the later one failed at. */
  readonly problem?: CheckResult | undefined;
  /** What is wrong with it in one sentence, where somebody has diagnosed it. */
  readonly diagnosis?: string | undefined;
  readonly phases: readonly PhaseChange[];
}

/** A fact that differs in the same way in all these cells; a side is undefined where it was not said. */
export interface FactChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly cells: readonly string[];
}

export interface Comparison {
  readonly before: string;
  readonly after: string;
  /** Cells whose verdict or times differ: those that are worse now, then those that are better, then the others. */
  readonly cells: readonly CellChange[];
  readonly facts: readonly FactChange[];
  /** Cells that ran in only one of the two. */
  readonly missing: readonly string[];
  readonly added: readonly string[];
  /** How many cells ran in both, with the same verdict in about the same time. */
  readonly same: number;
}

/** How bad a verdict is. */
const RANK: Readonly<Record<Status, number>> = { passed: 0, skipped: 1, known: 2, error: 3, failed: 4 };

/** The runs of history that say how a cell's times scatter. */
export type RowsOf = (cell: string) => readonly CellRow[];

/** What is different between two runs. @param rowsOf without it, how times scatter is guessed. */
export function compareRuns(before: RunResult, after: RunResult, rowsOf: RowsOf = () => []): Comparison {
  const ran = ({ cells }: RunResult) =>
    new Map(cells.filter(({ because }) => because === undefined).map((cell) => [cell.cell.id, cell]));
  const [old, fresh] = [ran(before), ran(after)];
  const both = [...fresh].flatMap(([id, cell]) => {
    const earlier = old.get(id);
    return earlier ? [[earlier, cell] as const] : [];
  });
  const changes = both.map(([a, b]) => changeOf(a, b, rowsOf, [before.run, after.run]));
  const cells = changes.filter(
    (each) => each.before !== each.after || each.flaky.before !== each.flaky.after || each.phases.length > 0,
  );
  const worse = ({ before, after }: CellChange) => RANK[after] - RANK[before];
  return {
    before: before.run,
    after: after.run,
    cells: cells.toSorted((a, b) => worse(b) - worse(a)),
    facts: factChanges(both),
    missing: [...old.keys()].filter((id) => !fresh.has(id)),
    added: [...fresh.keys()].filter((id) => !old.has(id)),
    same: changes.length - cells.length,
  };
}

function changeOf(before: CellResult, after: CellResult, rowsOf: RowsOf, runs: readonly string[]): CellChange {
  return {
    cell: after.cell.id,
    before: before.status,
    after: after.status,
    flaky: { before: before.flaky, after: after.flaky },
    problem: firstProblem(after),
    diagnosis: after.status === 'passed' ? undefined : after.diagnosis?.sentence,
    phases: phaseChanges(before, after, rowsOf, runs),
  };
}

/** Phases that took another time than noise explains. Those of cells that began otherwise or failed cannot be compared. */
function phaseChanges(before: CellResult, after: CellResult, rowsOf: RowsOf, runs: readonly string[]): PhaseChange[] {
  const beginning = beginningOf(after);
  if (before.status !== 'passed' || after.status !== 'passed' || beginningOf(before) !== beginning) return [];
  const [earlier, later] = [before, after].map(secondsByPhase) as [Map<string, number>, Map<string, number>];
  const built = [before, after].some(isBuilt);
  const changed = [...later].flatMap(([phase, fresh]) => {
    const old = earlier.get(phase);
    if (old === undefined || Math.abs(fresh - old) <= LEAST || (phase === 'image' && built)) return [];
    return [{ phase, before: old, after: fresh }];
  });
  // The history is asked of the few cells in which it could make a difference.
  if (changed.length === 0) return [];
  const others = rowsOf(after.cell.id).filter(
    (row) => row.beginning === beginning && row.archive === after.archive && !runs.includes(row.run),
  );
  return changed.flatMap((change) => {
    const { seconds, runs } = noiseOf(change.phase, change.before, others);
    return Math.abs(change.after - change.before) <= seconds ? [] : [{ ...change, noise: seconds, runs }];
  });
}

/** What it takes to build an image says nothing about what it takes to find one. */
const isBuilt = ({ facts }: CellResult) => facts.image?.endsWith(' (built)') ?? false;

/** Whether something was built or found differs from run to run without meaning anything, and so do times of making it. */
const essence = (value: string) => value.replace(/ \((reused|built)\)$/, '');
const isIncidental = (name: string) => name.startsWith('checkpoint');

/** The commonest first. */
function factChanges(both: readonly (readonly [CellResult, CellResult])[]): FactChange[] {
  const found = new Map<string, { name: string; before: string; after: string; cells: string[] }>();
  for (const [old, fresh] of both) {
    for (const [name, value] of Object.entries(fresh.facts)) {
      const [before, after] = [essence(old.facts[name] ?? ''), essence(value)];
      if (isIncidental(name) || before === '' || before === after) continue;
      const key = JSON.stringify([name, before, after]);
      const change = found.get(key) ?? { name, before, after, cells: [] };
      change.cells.push(fresh.cell.id);
      found.set(key, change);
    }
  }
  return [...found.values()].toSorted((a, b) => b.cells.length - a.cells.length);
}
