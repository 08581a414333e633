import { GuestFailure } from '../errors.ts';
import { HOLDS, STUCK } from '../machine/progress/watch.ts';
import { FATAL_SIGHTS } from '../machine/sights.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { type CellArchive, realArchiveOf } from './archive.ts';
import { requireAnswers } from './packages.ts';
import type { Surroundings } from './surroundings.ts';

/** Failures after which a guest answers nothing: what kills it, and a console that is silent. */
const ENDS = new Set<string>([
  ...FATAL_SIGHTS.map(({ code }) => code),
  ...STUCK,
  ...HOLDS,
  'console-timeout',
  'kexec-not-done',
]);

/** Whether nothing more can be asked of a guest that has failed in this way. */
export const endsGuest = (code: string): boolean => ENDS.has(code);

/** Failures of a guest of which it is not known what it is about: worth asking it, and its QEMU. */
const STANDSTILLS = new Set<string>([...STUCK, 'console-timeout', 'event-timeout', 'no-power-off']);

export const isStandstill = (code: string): boolean => STANDSTILLS.has(code);

/**
 * Charges an installer's failure: where this host cannot reach the archive either, or the archive has answered wrongly since
 * the installer began (milliseconds since the epoch), the guest is not to blame.
 *
 * @throws HarnessError `archive-failed`, `archive-unreachable`; otherwise what it was given.
 */
export async function blame(
  error: unknown,
  since: number,
  archive: CellArchive,
  planned: PlannedCell,
  { options, signal }: Surroundings,
): Promise<never> {
  if (error instanceof GuestFailure && error.code === 'installer-failed') {
    if (options.proxy) await requireAnswers(options.proxy, error, since);
    if (archive.kind === 'real') await realArchiveOf(planned, options, signal);
  }
  throw error;
}
