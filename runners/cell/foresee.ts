import { installInputsOf } from '../../image/install-inputs.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { keptIn } from '../store/find.ts';
import { type Inputs, keyOf } from '../store/inputs.ts';
import { AS_IT_LIKES } from './install-inputs.ts';
import { INSTALLED } from './installation.ts';

/** What of stub an install can see, whatever its own Release. */
type Stub = Awaited<ReturnType<typeof installInputsOf>>;
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
  // Hashing them reads every file of the image: once for all architectures and filesystems of a distribution.
  const stubs = new Map<string, Stub>();
  for (const { cell } of cells) {
    if (kept.has(cell.id) && !stubs.has(cell.distro)) stubs.set(cell.distro, await installInputsOf(cell.distro, ''));
  }
  const foreseen = cells.map((planned) => {
    const { cell, expected, expectedInstalled } = planned;
    const stub = stubs.get(cell.distro);
    const serves = (inputs: Inputs) => stub !== undefined && wouldServe(planned, inputs, stub, options);
    if (!kept.get(cell.id)?.some(serves)) return planned;
    return { ...planned, expected: expectedInstalled, expectedAnew: expected };
  });
  return foreseen.toSorted((a, b) => b.expected - a.expected);
}

/** Whether today's installer would make the same of what these inputs say of everything else. */
function wouldServe({ archives }: PlannedCell, inputs: Inputs, stub: Stub, { bootstrap }: Wishes): boolean {
  const { release } = inputs.stub as { readonly release: string };
  const kind = inputs['instead of the archive'] ?? 'real';
  const now = { ...inputs, bootstrap: bootstrap ?? AS_IT_LIKES, stub: { ...stub, release } };
  return archives.some((each) => each === kind) && keyOf(now) === keyOf(inputs);
}
