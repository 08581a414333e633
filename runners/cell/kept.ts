import { HarnessError, UsageError } from '../errors.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import type { Inputs } from '../store/inputs.ts';
import { realArchiveOf } from './archive.ts';
import { imageArchiveOf } from './image.ts';
import { installInputs } from './install-inputs.ts';
import { INSTALLED } from './installation.ts';
import { type Installed, readInstalled } from './installed.ts';
import { visibleOf } from './prepare.ts';
import { standInArchiveOf } from './stand-in.ts';
import { storeOf } from './store.ts';

/**
 * What was installed last of a cell, whatever has changed since. It is held for as long as this process lives.
 *
 * @throws UsageError `cell-not-installed`
 */
export async function latestInstalled(options: Pick<RunOptions, 'cacheFolder'>, cell: string): Promise<Installed> {
  const store = storeOf(options);
  const found = await store.find(INSTALLED, {}, cell);
  const nearest = 'nearest' in found ? found.nearest : undefined;
  if (nearest?.manifest.label !== cell) {
    throw new UsageError({
      code: 'cell-not-installed',
      message: `${cell} has not been installed by any run with this cache folder (${options.cacheFolder})`,
      hint: 'run the cell first; what the installer makes is kept when it ends well',
      command: `./stub-matrix run --cell ${cell}`,
    });
  }
  const entry = await store.obtain(INSTALLED, nearest.manifest.inputs, async () => {
    throw new HarnessError({ code: 'entry-gone', message: `${nearest.folder} is damaged, or was removed meanwhile` });
  });
  return readInstalled(entry.folder);
}

/** What a run of this cell would look for in the store before it installs. */
export async function soughtFor(
  planned: PlannedCell,
  options: Pick<RunOptions, 'mirror' | 'proxy' | 'bootstrap'>,
  signal: AbortSignal,
): Promise<{ kind: string; inputs: Inputs; label: string }> {
  const find = planned.archives.includes('real') ? realArchiveOf : standInArchiveOf;
  const archive = await find(planned, options, signal);
  const stub = await visibleOf(planned.cell.distro, await imageArchiveOf(options, signal));
  return { kind: INSTALLED, inputs: installInputs(planned, archive, options, stub), label: planned.cell.id };
}
