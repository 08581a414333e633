import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HISTORY, type History, openHistory } from '../reports/history/history.ts';
import { whatExists } from '../runners/cell/existing.ts';
import { foresee } from '../runners/cell/foresee.ts';
import type { Experience } from '../runners/matrix/experience.ts';
import type { ArchiveChoice } from '../runners/matrix/fields.ts';
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
  const plan = experienced(options.outFolder, archive, (experienceOf) =>
    makePlan(matrix, existing, { ...wishes, ...(experienceOf ? { experienceOf } : {}) }),
  );
  if (!shard) return { plan, options, rest: 'not asked for' };
  const rest = `not asked for, or in other shards than ${shard.index} of ${shard.count}`;
  // Cut by the times of matrix.yaml: what this host has measured, the others have not.
  const { run, skip, unselected } = shardOf(makePlan(matrix, existing, wishes), shard);
  const mine = new Set(run.map(({ cell }) => cell.id));
  return { plan: { run: plan.run.filter(({ cell }) => mine.has(cell.id)), skip, unselected }, options, rest };
}

/**
 * Plans with what earlier runs beside these reports have shown. A history that cannot be read costs the plan its experience and
 * nothing else; why it cannot is told when the run's reports are made.
 */
function experienced(outFolder: string, archive: ArchiveChoice, plan: (experienceOf?: ExperienceOf) => Plan): Plan {
  const path = join(outFolder, HISTORY);
  // None is made for a plan.
  if (!existsSync(path)) return plan();
  const kind = archive === 'auto' ? undefined : archive;
  let history: History;
  try {
    history = openHistory(path);
  } catch {
    return plan();
  }
  using opened = history;
  return plan((cell) => opened.experience([cell], kind).get(cell));
}

/** The same, expecting less of the cells whose disk is kept. */
export async function foreseen<P extends Planned>(planned: P): Promise<P> {
  const run = await foresee(planned.plan.run, planned.options);
  return { ...planned, plan: { ...planned.plan, run } };
}

type ExperienceOf = (cell: string) => Experience | undefined;
