import { loadMatrix } from '../runners/matrix/load.ts';
import { makePlan } from '../runners/matrix/plan.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { runOptionsOf, selectionOf } from './options.ts';
import { planTable, planTotals } from './plan-text.ts';

export const start: Start = async (parsed, context) => {
  const matrix = loadMatrix();
  const plan = makePlan(matrix, selectionOf(parsed, matrix, context));
  const options = runOptionsOf(parsed, context);
  context.print(planTable(plan));
  context.print(planTotals(plan, options.jobs));
  return exitCodes.passed;
};
