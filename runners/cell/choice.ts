import { HarnessError } from '../errors.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { type CellArchive, realArchiveOf } from './archive.ts';
import type { Helpers } from './image.ts';
import { serveStandIn } from './stand-in.ts';

/**
 * The archive that a cell installs from: of those that the plan allows the first that answers.
 *
 * @throws HarnessError `archive-unreachable`; what the making of a stand-in fails of
 */
export async function archiveOf(
  planned: Pick<PlannedCell, 'cell' | 'distribution' | 'archives'>,
  options: Pick<RunOptions, 'mirror' | 'proxy' | 'cacheFolder' | 'fresh' | 'audit'>,
  helpers: Helpers,
): Promise<CellArchive> {
  const { archives } = planned;
  if (!archives.includes('real')) return serveStandIn(planned, options, helpers);
  try {
    return await realArchiveOf(planned, options, helpers.signal);
  } catch (error) {
    const silent = error instanceof HarnessError && error.code === 'archive-unreachable';
    if (!silent || !archives.includes('stand-in')) throw error;
    helpers.progress(`the stand-in is taken: ${error.message.split('\n')[0]}`);
    return serveStandIn(planned, options, helpers);
  }
}
