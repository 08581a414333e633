import { type Archive, findArchive } from '../../mirrors/origins.ts';
import { HarnessError } from '../errors.ts';
import { type Cell, matches } from '../matrix/cells.ts';
import type { ArchiveKind } from '../matrix/fields.ts';
import { loadMatrix } from '../matrix/load.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import type { ArchiveException, Debootstrap } from '../matrix/schema.ts';

/** What a cell is installed from. */
export interface CellArchive extends Archive {
  /** Whether it is the distribution's own. */
  readonly kind: ArchiveKind;
}

/**
 * The archive of a distribution, by the origins of matrix.yaml.
 *
 * @param name its key under `mirrors`.
 * @throws HarnessError `archive-unreachable`
 */
export function findArchiveOf(
  distribution: Debootstrap,
  name: string | undefined,
  { mirror }: Pick<RunOptions, 'mirror'>,
  signal: AbortSignal,
): Promise<Archive> {
  const { origins = [] } = loadMatrix().mirrors[name ?? ''] ?? {};
  return findArchive(distribution, origins, { mirror, signal });
}

/**
 * The archive that a cell installs from: under the names of other suites where an exception says so.
 *
 * @throws HarnessError `archive-unreachable`; `archive-unreadable` for a kind of archive that we cannot ask for its state.
 */
export async function archiveOf(
  { cell, distribution, archives }: Pick<PlannedCell, 'cell' | 'distribution' | 'archives'>,
  options: Pick<RunOptions, 'mirror'>,
  signal: AbortSignal,
): Promise<CellArchive> {
  if (distribution.family !== 'debootstrap' || !archives.includes('real')) throw unreadable(cell, distribution.family);
  const { suites = {} } = exceptionFor(cell, new Date()) ?? {};
  const { suite, 'security-suite': security, published } = distribution;
  const read = { ...distribution, suite: suites[suite] ?? suite, 'security-suite': suites[security] ?? security };
  const archive = await findArchiveOf(read, published[cell.arch]?.archive, options, signal);
  return { ...archive, kind: 'real' };
}

function unreadable(cell: Cell, family: string): HarnessError {
  return new HarnessError({
    code: 'archive-unreadable',
    message: `${cell.id} cannot be run: of the real archives we can ask those of debootstrap, and none of ${family} or of a stand-in`,
  });
}

/** The exception that is made for a cell today, if one is. */
export function exceptionFor(cell: Cell, now: Date): ArchiveException | undefined {
  const today = now.toISOString().slice(0, 10);
  return loadMatrix()['archive-exceptions'].find(({ when, until }) => matches(when, cell, 'real') && today <= until);
}

/** What the installer is told of an exception, as words of its environment. */
export function exceptionSettings(exception: ArchiveException | undefined): Readonly<Record<string, string>> {
  if (!exception) return {};
  const suites = Object.entries(exception.suites).map(([suite, read]) => `${suite}=${read}`);
  return { SUITES_READ: suites.join(' '), ...(exception['past-valid-until'] ? { PAST_VALID_UNTIL: 'yes' } : {}) };
}
