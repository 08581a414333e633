import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installed } from '../runners/cell/installed.ts';
import { installedOf, latestInputs, standInRemark } from '../runners/cell/kept.ts';
import { HarnessError } from '../runners/errors.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import type { PlannedCell } from '../runners/matrix/plan.ts';
import { type Inputs, keyOf } from '../runners/store/inputs.ts';
import { startSuites } from '../suites/start.ts';
import type { Context } from './commands.ts';

/** What the cells of a search boot: the same disks from its first trial to its last. */
export interface Disks {
  readonly installed: ReadonlyMap<string, Installed>;
  readonly identity: Readonly<Record<string, string>>;
  /** What verdicts on them do not say. */
  readonly remarks: readonly string[];
}

/**
 * The disk that was installed last of each cell, or, where the search goes on, the one that it began with. Where a cell was never
 * installed, or from another archive than was asked for, it is now, with the kernel of our image, which is the good one.
 *
 * @param folder of the search, where it is written down which disks they are
 * @throws HarnessError `good-disk-missing`, `entry-gone`
 */
export async function openDisks(
  cells: readonly PlannedCell[],
  folder: string,
  options: RunOptions,
  { print }: Pick<Context, 'print'>,
): Promise<Disks> {
  const file = join(folder, 'disks.json');
  const before: Record<string, Inputs> = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const chosen = new Map<string, Inputs>();
  const missing: PlannedCell[] = [];
  for (const planned of cells) {
    const { id } = planned.cell;
    const inputs = before[id] ?? (await latestInputs(options, id));
    if (inputs) chosen.set(id, inputs);
    else missing.push(planned);
  }
  if (missing.length > 0) await install(missing, folder, options, print);
  for (const { cell } of missing) {
    const inputs = await latestInputs(options, cell.id);
    if (!inputs) throw notInstalled(cell.id, folder);
    chosen.set(cell.id, inputs);
  }
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(chosen), null, 2)}\n`, { mode: 0o600 });
  const installed = new Map<string, Installed>();
  for (const [id, inputs] of chosen) installed.set(id, await installedOf(options, inputs));
  const remarks = [...installed].flatMap(([id, disk]) => standInRemark(id, disk));
  for (const remark of remarks) print(remark);
  return { installed, identity: { disks: [...chosen.values()].map(keyOf).join(' ') }, remarks };
}

async function install(
  cells: readonly PlannedCell[],
  folder: string,
  options: RunOptions,
  print: Context['print'],
): Promise<void> {
  const names = cells.map(({ cell }) => cell.id).join(', ');
  print(`not installed yet, so that is done first, with the kernel of our image: ${names}`);
  const outFolder = join(folder, 'installing');
  mkdirSync(outFolder, { recursive: true, mode: 0o700 });
  await startSuites({ run: cells, skip: [], unselected: [] }, { ...options, outFolder }, { plain: true });
}

function notInstalled(cell: string, folder: string): HarnessError {
  return new HarnessError({
    code: 'good-disk-missing',
    message: `${cell} could not be installed with the kernel of our image, so nothing can be tried in it`,
    hint: 'see to it that the cell passes first; where its archive does not answer, --archive stand-in judges on a disk from a stand-in',
    command: `./stub-matrix run --cell ${cell}`,
    evidence: join(folder, 'installing'),
  });
}
