import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cell } from '../../runners/cell/cell.ts';
import { emulatorFolders } from '../../runners/cell/emulator.ts';
import { whatExists } from '../../runners/cell/existing.ts';
import type { Installed } from '../../runners/cell/installed.ts';
import type { Emit } from '../../runners/events/event.ts';
import { defaultCacheFolder } from '../../runners/host/cache-folder.ts';
import { loadMatrix } from '../../runners/matrix/load.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import { makePlan } from '../../runners/matrix/plan.ts';

/** A user's cache, where no flag says another. */
export const cacheFolder = defaultCacheFolder(process.env, process.cwd());

/**
 * A cell outside of any run, for tests of stub itself and of the suite: its evidence lies in a folder that goes with the
 * stack. Image and accelerator are ready, nothing is started.
 *
 * @param installed what an earlier run left, to go on from.
 */
export async function loneCell(
  stack: AsyncDisposableStack,
  id: string,
  changes: Partial<RunOptions> = {},
  installed?: Installed,
  emit: Emit = () => {},
): Promise<Cell> {
  const { archive = 'real' } = changes;
  const [planned] = makePlan(loadMatrix(), whatExists(changes), { selection: { cell: [id] }, archive }).run;
  if (!planned) throw new RangeError(`${id} is no cell that can be run`);
  const folder = await mkdtemp(join(tmpdir(), 'lone-cell-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const { signal } = new AbortController();
  // As a run does: the host's may be one in which guests fail of the emulator's own faults.
  const own = await emulatorFolders(
    [planned],
    { cacheFolder, ...changes },
    { install: true, print: console.log, signal },
  );
  if (own.length > 0) process.env.PATH = [...own, process.env.PATH].join(':');
  const options: RunOptions = { keep: false, jobs: 1, console: 'serial', cacheFolder, outFolder: folder, ...changes };
  const cell = stack.use(await Cell.open(planned, { options, folder, emit, signal }));
  if (installed) cell.startFrom(installed);
  await cell.prepare();
  return cell;
}

/** A folder that goes with the stack. */
export async function scratchFolder(stack: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'scratch-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
