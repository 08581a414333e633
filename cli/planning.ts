import { whatExists } from '../runners/cell/existing.ts';
import type { Experience } from '../runners/matrix/experience.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import { makePlan, type Plan } from '../runners/matrix/plan.ts';
import type { Matrix } from '../runners/matrix/schema.ts';
import type { Parsed } from './flags.ts';
import { runOptionsOf, type Surroundings } from './options.ts';
import { archiveChoiceOf, selectionOf } from './selection.ts';

/** What the flags of `run` and `plan` ask for. @throws UsageError for what cannot be meant. */
export function planOf(
  parsed: Parsed,
  matrix: Matrix,
  surroundings: Surroundings,
): { plan: Plan; options: RunOptions } {
  const selection = selectionOf(parsed, matrix, surroundings);
  const archive = archiveChoiceOf(parsed, matrix);
  const options = { ...runOptionsOf(parsed, surroundings), archive };
  return { plan: makePlan(matrix, whatExists(options), { selection, archive, experienceOf }), options };
}

/** What earlier runs have shown of a cell. Nothing as yet: no run is remembered. */
const experienceOf = (_cell: string): Experience | undefined => undefined;
