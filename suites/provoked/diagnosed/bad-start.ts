import type { Installed } from '../../../runners/cell/installed.ts';
import type { RunOptions } from '../../../runners/matrix/options.ts';
import type { Expected } from './failure.ts';

/** Something that is wrong before the guest starts. */
export interface BadStart extends Expected {
  readonly name: string;
  /** The cell; the one that all of them are where none is said. */
  readonly cell?: string;
  /** What the cell is given, made in a folder of its own. */
  readonly given: (folder: string) => Promise<{
    readonly options?: Partial<RunOptions>;
    readonly installed?: Installed;
  }>;
}
