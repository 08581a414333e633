import { loadMatrix } from '../runners/matrix/load.ts';
import { outlookOn } from '../suites/harness/outlook.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { planText, planTotals } from './plan-text.ts';
import { planOf } from './planning.ts';

export const start: Start = async (parsed, context) => {
  const matrix = loadMatrix();
  const { plan, options } = planOf(parsed, matrix, context);
  context.print(planText(plan, matrix, { list: parsed.flags.has('list') }));
  context.print(planTotals(plan, await outlookOn(plan, options)));
  return exitCodes.passed;
};
