import { installInputsOf } from '../../image/install-inputs.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { keptIn } from '../store/find.ts';
import { type Inputs, keyOf } from '../store/inputs.ts';
import { AS_IT_LIKES } from './install-inputs.ts';
import { INSTALLED } from './installation.ts';

type Wishes = Pick<RunOptions, 'cacheFolder' | 'fresh' | 'image' | 'from' | 'bootstrap'>;

/**
 * Expects less of the cells that will probably boot what an earlier run has installed of them: of the same installer, of the same
 * kind of archive. Whether the archive has moved on since is known only once it is asked, which planning does not.
 *
 * @returns the same cells, the longest first
 */
export async function foresee(cells: readonly PlannedCell[], options: Wishes): Promise<readonly PlannedCell[]> {
  // An image of somebody else's is hashed only when it is opened.
  if (options.fresh || options.image !== undefined || options.from === 'shell') return cells;
  const kept = new Map<string, Inputs[]>();
  for (const { manifest } of await keptIn(options.cacheFolder, INSTALLED)) {
    const { label = '', inputs } = manifest;
    kept.set(label, [...(kept.get(label) ?? []), inputs]);
  }
  const foreseen = cells.map(async (planned) => {
    for (const inputs of kept.get(planned.cell.id) ?? []) {
      if (await wouldServe(planned, inputs, options)) {
        return { ...planned, expected: planned.expectedInstalled, expectedAnew: planned.expected };
      }
    }
    return planned;
  });
  return (await Promise.all(foreseen)).toSorted((a, b) => b.expected - a.expected);
}

/** Whether today's installer would make the same of what these inputs say of everything else. */
async function wouldServe({ cell, archives }: PlannedCell, inputs: Inputs, { bootstrap }: Wishes): Promise<boolean> {
  const { release } = inputs.stub as { readonly release: string };
  const kind = inputs['instead of the archive'] ?? 'real';
  const stub = await installInputsOf(cell.distro, release);
  const now = { ...inputs, bootstrap: bootstrap ?? AS_IT_LIKES, stub };
  return archives.some((each) => each === kind) && keyOf(now) === keyOf(inputs);
}
