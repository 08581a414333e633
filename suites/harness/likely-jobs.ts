import { likelyAccelerator } from '../../runners/host/accelerator.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import type { PlannedCell } from '../../runners/matrix/plan.ts';
import { ARCHES, type Arch } from '../../runners/qemu/arch.ts';
import { jobOf } from '../../runners/schedule/forecast.ts';
import type { Job } from '../../runners/schedule/job.ts';

/** The cells as the scheduler sees them, by their ids, with the accelerator that will probably run each. Starts nothing. */
export async function likelyJobs(
  cells: readonly PlannedCell[],
  { cacheFolder, repeat = 1 }: Pick<RunOptions, 'cacheFolder' | 'repeat'>,
): Promise<ReadonlyMap<string, Job>> {
  const arches = [...new Set(cells.map(({ cell }) => cell.arch as Arch))];
  const likely = async (arch: Arch) => [arch, await likelyAccelerator(ARCHES[arch], cacheFolder)] as const;
  const accelerators = new Map<string, Awaited<ReturnType<typeof likelyAccelerator>>>(
    await Promise.all(arches.map(likely)),
  );
  const jobs = cells.map((planned) => jobOf(planned, accelerators.get(planned.cell.arch) ?? 'tcg'));
  return new Map(jobs.map((job) => [job.id, { ...job, seconds: job.seconds * repeat }]));
}
