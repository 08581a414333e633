import { hostMemory, OthersLoad } from '../../runners/host/load.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import type { Plan } from '../../runners/matrix/plan.ts';
import { type Forecast, forecast, limitsOf } from '../../runners/schedule/forecast.ts';
import { likelyJobs } from './likely-jobs.ts';
import { readingOf } from './reading.ts';

/** What to expect of a run that starts now. */
export type Outlook = Forecast;

/** Plays the plan through on this host as it is now, by the rules of the real run. */
export async function outlookOn(plan: Pick<Plan, 'run'>, options: RunOptions): Promise<Outlook> {
  const jobs = await likelyJobs(plan.run, options);
  return forecast([...jobs.values()], readingOf(hostMemory(), new OthersLoad().cores), limitsOf(options));
}
