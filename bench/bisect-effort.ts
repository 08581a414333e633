/**
 * What it saves a bisection, and making a kernel smaller, to know what each option has compiled again: `node bench/bisect-effort.ts [COUNT]`
 * takes COUNT problems of a kind (20) through the search without and with it, side by side, one builder. Sums up what make compiles from
 * one tested set to the next, in whole kernels. Nothing is built.
 */
import { type Efforts, lightestFirst } from '../runners/bisect/search/effort.ts';
import { grow } from '../runners/bisect/search/grow.ts';
import { latticeOf } from '../runners/bisect/search/lattice.ts';
import { compiler, fails, oracle, usualEfforts } from '../runners/bisect/search/problems.test-support.ts';
import { randomFrom } from '../runners/bisect/search/random.ts';
import { search } from '../runners/bisect/search/search.ts';

const count = Number(process.argv[2] ?? 20);
const lattice = latticeOf(304, []);

const known = usualEfforts(lattice.size);
const STEPS = [...Array(lattice.size).keys()];

interface Kind {
  /** Options of each set that breaks. */
  readonly culprits: (random: () => number) => number[][];
  readonly by: (culprits: number[][], given: Efforts | undefined, seed: number) => Promise<Taken>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'a single culprit': { culprits: (random) => [[pick(random)]], by: searched },
  'either of two': { culprits: (random) => [[pick(random)], [pick(random)]], by: searched },
  'two together': { culprits: (random) => [[pick(random), pick(random)]], by: searched },
  'to be made smaller': { culprits: (random) => STEPS.filter(() => random() < 0.02).map((step) => [step]), by: grown },
};

/** How many tests a search took, and how many whole kernels' worth of compiling. */
interface Taken {
  readonly tests: number;
  readonly kernels: number;
}

async function searched(culprits: number[][], given: Efforts | undefined, seed: number): Promise<Taken> {
  const { ask, taken } = judged(culprits);
  const { unproven } = await search(lattice, ask, { builders: 1, seed, efforts: given });
  if (unproven.length > 0) throw new Error(`not proven: ${JSON.stringify(culprits)}`);
  return taken();
}

/** Options that have to stay, one in fifty, where all that need not are to be off. */
async function grown(culprits: number[][], given: Efforts | undefined): Promise<Taken> {
  const { ask, taken } = judged(culprits);
  const { kept } = await grow(lattice, ask, { builders: 1, order: given && lightestFirst(given) });
  if (kept.length !== culprits.length) throw new Error(`kept ${kept.length} of ${culprits.length}`);
  return taken();
}

function judged(culprits: number[][]) {
  const { build, kernels } = compiler(known);
  const { ask, asked } = oracle((set) => (fails({ lattice, culprits }, set) ? 'fail' : 'pass'), build);
  return { ask, taken: (): Taken => ({ tests: asked.length, kernels: kernels() }) };
}

function pick(random: () => number): number {
  return Math.floor(random() * lattice.size);
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

for (const [kind, { culprits, by }] of Object.entries(KINDS)) {
  const ways = { without: [] as Taken[], with: [] as Taken[] };
  for (let seed = 1; seed <= count; seed += 1) {
    const problem = culprits(randomFrom(31 * seed));
    ways.without.push(await by(problem, undefined, seed));
    ways.with.push(await by(problem, known, seed));
  }
  for (const [way, all] of Object.entries(ways)) {
    const [tests, kernels] = [all.map((each) => each.tests), all.map((each) => each.kernels)];
    const worth = `${median(kernels).toFixed(1)} whole kernels' worth (worst ${Math.max(...kernels).toFixed(1)})`;
    console.log(`${kind}, ${way}: ${median(tests)} tests, ${worth}`);
  }
  const ratios = ways.with.map(({ kernels }, at) => kernels / (ways.without[at]?.kernels ?? 1));
  console.log(`${kind}: ratio ${median(ratios).toFixed(2)} in the median, ${Math.max(...ratios).toFixed(2)} at worst`);
}
