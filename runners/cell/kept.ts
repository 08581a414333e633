import { HarnessError, UsageError } from '../errors.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { keptIn } from '../store/find.ts';
import { type Inputs, keyOf } from '../store/inputs.ts';
import { realArchiveOf } from './archive.ts';
import { imageArchiveOf } from './image.ts';
import { archiveIn, installInputs } from './install-inputs.ts';
import { INSTALLED } from './installation.ts';
import { type Installed, readInstalled } from './installed.ts';
import { visibleOf } from './prepare.ts';
import { standInArchiveOf } from './stand-in.ts';
import { storeOf } from './store.ts';

/** Where disks are kept, and what they have to come from; whichever where that is not said. */
type DiskWishes = Pick<RunOptions, 'cacheFolder' | 'archive'>;

/**
 * What was installed last of a cell, whatever has changed since. It is held for as long as this process lives.
 *
 * @throws UsageError `cell-not-installed`
 */
export async function latestInstalled(options: DiskWishes, cell: string): Promise<Installed> {
  const inputs = await latestInputs(options, cell);
  if (!inputs) {
    throw new UsageError({
      code: 'cell-not-installed',
      message: `${cell} has not been installed by any run with this cache folder (${options.cacheFolder})`,
      hint: 'run the cell first; what the installer makes is kept when it ends well',
      command: `./stub-matrix run --cell ${cell}`,
    });
  }
  return installedOf(options, inputs);
}

/** What was last installed of a cell was made of this; nothing where it never was, or not from such an archive as is wished. */
export async function latestInputs(
  { cacheFolder, archive = 'auto' }: DiskWishes,
  cell: string,
): Promise<Inputs | undefined> {
  const kept = (await keptIn(cacheFolder, INSTALLED))
    .map(({ manifest }) => manifest)
    .filter(({ label, inputs }) => label === cell && (archive === 'auto' || archiveIn(inputs).kind === archive));
  return kept.toSorted((a, b) => b.made.at.localeCompare(a.made.at))[0]?.inputs;
}

/** What was installed of these inputs. It is held for as long as this process lives. @throws HarnessError `entry-gone` */
export async function installedOf(options: Pick<RunOptions, 'cacheFolder'>, inputs: Inputs): Promise<Installed> {
  const entry = await storeOf(options).obtain(INSTALLED, inputs, async () => {
    throw new HarnessError({
      code: 'entry-gone',
      message: `the installed disk ${keyOf(inputs)} is damaged, or was removed meanwhile`,
    });
  });
  return { ...(await readInstalled(entry.folder)), archive: archiveIn(inputs) };
}

/** For whoever shows what is installed: what it is not. Nothing where it is the distribution. */
export const standInRemark = (cell: string, { archive }: Installed): string[] =>
  archive?.kind === 'stand-in'
    ? [`${cell} was installed from a stand-in: what is seen there says nothing of the distribution itself`]
    : [];

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
