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

const KINDS: Readonly<Record<string, (pick: () => number) => number[][]>> = {
  'a single culprit': (pick) => [[pick()]],
  'either of two': (pick) => [[pick()], [pick()]],
  'two together': (pick) => [[pick(), pick()]],
};

/** How many tests a search took, and how many whole kernels' worth of compiling. */
async function taken(culprits: number[][], given: Efforts | undefined, seed: number) {
  const { build, kernels } = compiler(known);
  const { ask, asked } = oracle((set) => (fails({ lattice, culprits }, set) ? 'fail' : 'pass'), build);
  const { unproven } = await search(lattice, ask, { builders: 1, seed, efforts: given });
  if (unproven.length > 0) throw new Error(`not proven: ${JSON.stringify(culprits)}`);
  return { tests: asked.length, kernels: kernels() };
}

/** The same for options that have to stay, one in fifty, where all that need not are to be off. */
async function grown(culprits: number[][], given: Efforts | undefined) {
  const { build, kernels } = compiler(known);
  const { ask, asked } = oracle((set) => (fails({ lattice, culprits }, set) ? 'fail' : 'pass'), build);
  const { kept } = await grow(lattice, ask, { builders: 1, order: given && lightestFirst(given) });
  if (kept.length !== culprits.length) throw new Error(`kept ${kept.length} of ${culprits.length}`);
  return { tests: asked.length, kernels: kernels() };
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

type Ways = Readonly<Record<'without' | 'with', Taken[]>>;

function tell(kind: string, ways: Ways): void {
  for (const [way, all] of Object.entries(ways)) {
    const [tests, kernels] = [all.map((each) => each.tests), all.map((each) => each.kernels)];
    const worth = `${median(kernels).toFixed(1)} whole kernels' worth (worst ${Math.max(...kernels).toFixed(1)})`;
    console.log(`${kind}, ${way}: ${median(tests)} tests, ${worth}`);
  }
  const ratios = ways.with.map(({ kernels }, at) => kernels / (ways.without[at]?.kernels ?? 1));
  console.log(`${kind}: ratio ${median(ratios).toFixed(2)} in the median, ${Math.max(...ratios).toFixed(2)} at worst`);
}

for (const [kind, culpritsOf] of Object.entries(KINDS)) {
  const ways: Ways = { without: [], with: [] };
  for (let seed = 1; seed <= count; seed += 1) {
    const random = randomFrom(31 * seed);
    const culprits = culpritsOf(() => Math.floor(random() * lattice.size));
    ways.without.push(await taken(culprits, undefined, seed));
    ways.with.push(await taken(culprits, known, seed));
  }
  tell(kind, ways);
}

const ways: Ways = { without: [], with: [] };
for (let seed = 1; seed <= count; seed += 1) {
  const random = randomFrom(37 * seed);
  const culprits = [...Array(lattice.size).keys()].filter(() => random() < 0.02).map((step) => [step]);
  ways.without.push(await grown(culprits, undefined));
  ways.with.push(await grown(culprits, known));
}
tell('to be made smaller', ways);

type Taken = Awaited<ReturnType<typeof taken>>;
