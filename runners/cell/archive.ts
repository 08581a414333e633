import { type Archive, findArchive } from '../../mirrors/origins.ts';
import { loadMatrix } from '../matrix/load.ts';
import type { RunOptions } from '../matrix/options.ts';
import { type Cell, matches, type PlannedCell } from '../matrix/plan.ts';
import type { ArchiveException, Distribution, Origin } from '../matrix/schema.ts';

/** The archive of a distribution, by the origins of matrix.yaml. @throws HarnessError `archive-unreachable` */
export function findArchiveOf(
  distribution: Distribution,
  { mirror, proxy }: ArchiveWishes,
  signal: AbortSignal,
): Promise<Archive> {
  return findArchive(distribution, originsOf(distribution), { mirror, via: proxy?.port, signal });
}

export type ArchiveWishes = Pick<RunOptions, 'mirror' | 'proxy'>;

export function originsOf({ archive }: Pick<Distribution, 'archive'>): readonly Origin[] {
  return loadMatrix().mirrors[archive]?.origins ?? [];
}

/** The archive that a cell installs from: under the names of other suites where an exception says so. */
export function archiveOf(
  planned: Pick<PlannedCell, 'cell' | 'distribution'>,
  options: ArchiveWishes,
  signal: AbortSignal,
): Promise<Archive> {
  return findArchiveOf(distributionRead(planned), options, signal);
}

/** A cell's distribution, by the names of the suites that are read. */
export function distributionRead({ cell, distribution }: Pick<PlannedCell, 'cell' | 'distribution'>): Distribution {
  const { suites = {} } = exceptionFor(cell, new Date()) ?? {};
  const { suite, 'security-suite': security } = distribution;
  return { ...distribution, suite: suites[suite] ?? suite, 'security-suite': suites[security] ?? security };
}

/** The exception that is made for a cell today, if one is. */
export function exceptionFor(cell: Cell, now: Date): ArchiveException | undefined {
  const today = now.toISOString().slice(0, 10);
  return loadMatrix()['archive-exceptions'].find(({ when, until }) => matches(when, cell) && today <= until);
}

/** What the installer is told of an exception, as words of its environment. */
export function exceptionSettings(exception: ArchiveException | undefined): Readonly<Record<string, string>> {
  if (!exception) return {};
  const suites = Object.entries(exception.suites).map(([suite, read]) => `${suite}=${read}`);
  return { SUITES_READ: suites.join(' '), ...(exception['past-valid-until'] ? { PAST_VALID_UNTIL: 'yes' } : {}) };
}
