import { foreseeImages } from '../../runners/cell/foresee-images.ts';
import { hostMemory, OthersLoad } from '../../runners/host/load.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import type { Plan } from '../../runners/matrix/plan.ts';
import { type Forecast, forecast, imageOf, limitsOf } from '../../runners/schedule/forecast.ts';
import { likelyJobs } from './likely-jobs.ts';
import { readingOf } from './reading.ts';

/** What to expect of a run that starts now. */
export interface Outlook extends Forecast {
  /** Seconds of each cell, by its id; of those that need something made, the first makes it. */
  readonly cells: Readonly<Record<string, number>>;
  /** Of which architectures an image has to be made. */
  readonly images: readonly string[];
}

/** Plays the plan through on this host as it is now, by the rules of the real run. */
export async function outlookOn(plan: Pick<Plan, 'run'>, options: RunOptions): Promise<Outlook> {
  const jobs = await likelyJobs(plan.run, options);
  const images = await foreseeImages([...new Set(plan.run.map(({ cell }) => cell.arch))], options);
  const making = new Map([...images].map(([arch, seconds]) => [imageOf(arch), seconds]));
  const foreseen = forecast(
    [...jobs.values()],
    readingOf(hostMemory(), new OthersLoad().cores),
    limitsOf(options),
    making,
  );
  const cells = Object.fromEntries(plan.run.map(({ cell, expected }) => [cell.id, expected]));
  for (const [arch, seconds] of images) {
    const maker = foreseen.order.find((id) => jobs.get(id)?.makes.includes(imageOf(arch)));
    if (maker !== undefined) cells[maker] = (cells[maker] ?? 0) + seconds;
  }
  const missing = [...images].filter(([, seconds]) => seconds > 0).map(([arch]) => arch);
  return { ...foreseen, cells, images: missing };
}
