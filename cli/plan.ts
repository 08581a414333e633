import { loadMatrix } from '../runners/matrix/load.ts';
import { outlookOn } from '../suites/harness/outlook.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { planText, planTotals } from './plan-text.ts';
import { foreseen, planOf } from './planning.ts';
import { resumedOf } from './resume.ts';

export const start: Start = async (parsed, context) => {
  const matrix = loadMatrix();
  const resumes = parsed.flags.has('resume');
  const planned = await foreseen(resumes ? resumedOf(parsed, context) : planOf(parsed, matrix, context));
  context.print(planText(planned.plan, matrix, { list: parsed.flags.has('list') }));
  context.print(planTotals(planned, await outlookOn(planned.plan, planned.options)));
  return exitCodes.passed;
};
