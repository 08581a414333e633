import type { Surroundings } from '../../runners/cell/surroundings.ts';
import { HarnessError } from '../../runners/errors.ts';
import type { Reason } from '../../runners/events/event.ts';
import type { ArchiveKind } from '../../runners/matrix/fields.ts';
import type { PlannedCell } from '../../runners/matrix/plan.ts';

/** What the checks of a cell share: its image, its machine. Opened before the first check, disposed of after the last. */
export interface CellContext extends AsyncDisposable {
  /** True once nothing more can be asked of the guest: then all later checks are skipped, the independent ones too. */
  readonly lost?: boolean;
  /** What it is installed from, once that is known: of a stand-in other failures are known than of the distribution. */
  readonly archive?: ArchiveKind | undefined;
  /** Called after each check that did not pass, with its title: the moment to diagnose. 60 s at most. */
  onFailure?(reason: Reason, check: string): Promise<void> | void;
}

export type OpenCell<C extends CellContext> = (planned: PlannedCell, surroundings: Surroundings) => Promise<C>;

export interface CheckOptions {
  /** Later checks run even if this one fails. It is still skipped when a required one failed before. */
  readonly independent?: boolean;
  /**
   * Its work begins with the first independent check of those around it, and goes on beside them: for one that mostly waits,
   * and shares no channel with the others that takes one at a time, as the console is. Told in its turn, with its own time.
   */
  readonly meanwhile?: boolean;
}

/** Says why the check made no sense this time, if it did not: what it is about was done by an earlier run, for example. */
export type CheckBody<C> = (
  cell: C,
  // biome-ignore lint/suspicious/noConfusingVoidType: most bodies end without a word
) => Promise<{ readonly skipped: string } | undefined | void> | void;

export interface Check<C> {
  readonly title: string;
  readonly body: CheckBody<C>;
  readonly independent: boolean;
  readonly meanwhile: boolean;
}

/** Adds a check. Its title is its name in all reports: unique within the suite, stable over time. */
export type DefineCheck<C> = (title: string, body: CheckBody<C>, options?: CheckOptions) => void;

/** What is asserted of every cell: plain data until `registerCells` hands it to vitest. */
export interface CellSuite<C extends CellContext> {
  readonly open: OpenCell<C>;
  readonly checks: readonly Check<C>[];
}

/**
 * The checks of a cell, in the order in which they run.
 *
 *     export const suite = cellSuite(openCell, (check) => {
 *       check('the guest agent answers', async (cell) => {
 *         await cell.agent.ping();
 *       });
 *     });
 *
 * @throws HarnessError `check-title-taken` when two checks bear the same title
 */
export function cellSuite<C extends CellContext>(
  open: OpenCell<C>,
  define: (check: DefineCheck<C>) => void,
): CellSuite<C> {
  const checks: Check<C>[] = [];
  define((title, body, { independent = false, meanwhile = false } = {}) => {
    if (checks.some((each) => each.title === title)) {
      throw new HarnessError({
        code: 'check-title-taken',
        message: `two checks are called "${title}"; a report could not tell them apart`,
      });
    }
    checks.push({ title, body, independent: independent || meanwhile, meanwhile });
  });
  return { open, checks };
}
