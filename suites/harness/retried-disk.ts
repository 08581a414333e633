import type { AttemptResult, PhaseResult } from '../../reports/fold.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';

/** What the next attempt boots: what was asked for, the disk that an attempt before it has installed, or one installed anew. */
export type Disk = 'as-asked' | 'kept' | 'anew';

/** How that reads behind the reason for the attempt. */
export const DISK_WORDS: Readonly<Record<Disk, string>> = {
  'as-asked': '',
  kept: ', with the disk that was installed',
  anew: ', installed anew, since the disk did not boot twice',
};

const hasKept = ({ name, ok }: PhaseResult) => name === 'keep' && ok === true;
const hasNotBooted = ({ name, ok }: PhaseResult) => name === 'boot-installed' && ok === false;

/**
 * A failure after the install says nothing against the disk: the next attempt boots it, as any second run would, were the first one
 * asked for a fresh install or not. Where it was the boot of that disk that failed, the boot deserves one more attempt; after two
 * the install is in doubt. Who repeats a cell gets the same every time.
 *
 * @param finished the attempts so far
 */
export function diskFor({ repeat }: Pick<RunOptions, 'repeat'>, finished: readonly AttemptResult[]): Disk {
  const kept = finished.findLastIndex(({ phases }) => phases.some(hasKept));
  if (repeat !== undefined || kept < 0) return 'as-asked';
  const unbooted = finished.slice(kept).filter(({ phases }) => phases.some(hasNotBooted));
  return unbooted.length < 2 ? 'kept' : 'anew';
}

export function withDisk(options: RunOptions, disk: Disk): RunOptions {
  if (disk === 'as-asked') return options;
  const { fresh: _, ...rest } = options;
  return disk === 'kept' ? rest : { ...rest, fresh: true };
}
