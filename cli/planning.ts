import { whatExists } from '../runners/cell/existing.ts';
import type { Experience } from '../runners/matrix/experience.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import { makePlan, type Plan } from '../runners/matrix/plan.ts';
import type { Matrix } from '../runners/matrix/schema.ts';
import { shardOf } from '../runners/matrix/shard.ts';
import type { Parsed } from './flags.ts';
import { runOptionsOf, type Surroundings } from './options.ts';
import { archiveChoiceOf, selectionOf, shardGiven } from './selection.ts';

/** What a command line asks for. */
export interface Planned {
  readonly plan: Plan;
  readonly options: RunOptions;
  /** What the cells are that the plan has no verdict for, as it should read after their number. */
  readonly rest: string;
}

/** What the flags of `run` and `plan` ask for. @throws UsageError for what cannot be meant. */
export function planOf(parsed: Parsed, matrix: Matrix, surroundings: Surroundings): Planned {
  const selection = selectionOf(parsed, matrix, surroundings);
  const archive = archiveChoiceOf(parsed, matrix);
  const shard = shardGiven(parsed);
  const options = { ...runOptionsOf(parsed, surroundings), archive };
  const wishes = { selection, archive };
  const existing = whatExists(options);
  const plan = makePlan(matrix, existing, { ...wishes, experienceOf });
  if (!shard) return { plan, options, rest: 'not asked for' };
  const rest = `not asked for, or in other shards than ${shard.index} of ${shard.count}`;
  // Cut by the times of matrix.yaml: what this host has measured, the others have not.
  const { run, skip, unselected } = shardOf(makePlan(matrix, existing, wishes), shard);
  const mine = new Set(run.map(({ cell }) => cell.id));
  return { plan: { run: plan.run.filter(({ cell }) => mine.has(cell.id)), skip, unselected }, options, rest };
}

/** What earlier runs have shown of a cell. Nothing as yet: no run is remembered. */
const experienceOf = (_cell: string): Experience | undefined => undefined;
