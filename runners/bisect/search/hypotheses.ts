import { type Bits, has, intersection, nameOf, sizeOf, within } from './bits.ts';
import { type Cover, coverOf } from './cover.ts';
import type { Evidence } from './evidence.ts';
import type { Lattice } from './lattice.ts';
import { below, type Random, weighted } from './random.ts';

/** Each term is a set of steps that break together, and any one term is enough to break: a monotone function's minimal sets. */
export interface Hypothesis {
  /** Steps in ascending order; no term lies in another. */
  readonly terms: readonly (readonly number[])[];
}

export const hypothesisName = ({ terms }: Hypothesis) => terms.map((term) => term.join('+')).join(' ');

/** Whether a set would fail. */
export function predicts({ terms }: Hypothesis, set: Bits): boolean {
  // In loops without calls: it is asked millions of times.
  for (const term of terms) {
    let all = true;
    for (const step of term) if ((((set[step >>> 5] ?? 0) >>> (step & 31)) & 1) === 0) all = false;
    if (all) return true;
  }
  return false;
}

/** How unlikely it is that there is more to it; by experience of bench/bisect.ts, which does not depend on it much. */
export interface Expectation {
  /** How many further steps a term has, in the mean, over what is needed to explain the verdicts. */
  readonly together: number;
  /** How many further terms there are, in the mean. */
  readonly besides: number;
  /** The share of drawn hypotheses that are given something more than the verdicts ask for, so that questions look for it too. */
  readonly surprise: number;
}

export const usualExpectation: Expectation = { together: 0.5, besides: 0.5, surprise: 0.1 };

/** Hypotheses drawn from all that agree with the verdicts, and the steps that any of them may have. */
export interface Draw {
  /** As drawn, surprises among them; the more likely, the more often. */
  readonly all: readonly Hypothesis[];
  /** Without the surprises, each once, with its share; the likeliest first. */
  readonly ranked: readonly { readonly hypothesis: Hypothesis; readonly share: number }[];
  readonly steps: readonly number[];
  /** How many of them explain, in the likeliest way to explain all, what they have to explain by themselves. */
  readonly alone: number;
}

/** How many ways to share failing sets among terms are followed. */
const WAYS = 10;
const MOST_TERMS = 8;

/** A way to explain all failing sets: in each region, the intersection of failing sets, lies a term. */
interface Way {
  readonly regions: readonly Bits[];
  readonly score: number;
}

export function drawHypotheses(
  evidence: Evidence,
  lattice: Lattice,
  random: Random,
  count: number,
  expectation: Expectation = usualExpectation,
): Draw {
  const together = expectation.together / lattice.size;
  const besides = Math.log(expectation.besides / lattice.size);
  const covers = new Map<string, Cover>();
  const coverIn = (region: Bits): Cover => {
    const name = nameOf(region);
    const known = covers.get(name);
    if (known) return known;
    const cover = coverOf(region, evidence.passes, together);
    covers.set(name, cover);
    return cover;
  };
  const scored = (regions: readonly Bits[]): Way[] => {
    const masses = regions.map((region) => coverIn(region).mass);
    if (masses.some((mass) => mass === 0)) return [];
    return [{ regions, score: masses.reduce((sum, mass) => sum + Math.log(mass), besides * (regions.length - 1)) }];
  };

  let ways: Way[] = [{ regions: [], score: 0 }];
  for (const fail of evidence.fails.toSorted((a, b) => sizeOf(a) - sizeOf(b))) {
    const next = ways.flatMap(({ regions, score }) => {
      if (regions.some((region) => within(region, fail))) return [{ regions, score }];
      const merged = regions.flatMap((region, at) => scored(regions.with(at, intersection(region, fail))));
      return [...merged, ...(regions.length < MOST_TERMS ? scored([...regions, fail]) : [])];
    });
    ways = next.toSorted((a, b) => b.score - a.score).slice(0, WAYS);
  }

  const best = ways[0]?.score ?? 0;
  const weights = ways.map(({ score }) => Math.exp(score - best));
  const plain = new Map<string, { hypothesis: Hypothesis; share: number }>();
  const all: Hypothesis[] = [];
  const canonical = canonicalBy(lattice);
  for (let drawn = 0; drawn < count && ways.length > 0; drawn += 1) {
    const regions = ways[weighted(random, weights)]?.regions ?? [];
    const terms = regions.map((region) => coverIn(region).draw(random));
    if (random() < expectation.surprise) {
      all.push(surprised(terms, regions, evidence, lattice, random));
      continue;
    }
    const hypothesis = canonical(terms);
    all.push(hypothesis);
    const name = hypothesisName(hypothesis);
    const known = plain.get(name);
    if (known) known.share += 1;
    else plain.set(name, { hypothesis, share: 1 });
  }
  const drawn = [...plain.values()].reduce((sum, { share }) => sum + share, 0);
  const ranked = [...plain.values()]
    .map(({ hypothesis, share }) => ({ hypothesis, share: share / drawn }))
    .toSorted((a, b) => b.share - a.share || hypothesisName(a.hypothesis).localeCompare(hypothesisName(b.hypothesis)));
  const steps = [...new Set([...covers.values()].length > 0 ? stepsOf(ways, coverIn) : [])].toSorted((a, b) => a - b);
  const alone = new Set(ways[0]?.regions.flatMap((region) => coverIn(region).alone)).size;
  return { all, ranked, steps, alone };
}

const stepsOf = (ways: readonly Way[], coverIn: (region: Bits) => Cover) =>
  ways.flatMap(({ regions }) => regions.flatMap((region) => coverIn(region).steps));

/** Terms by the fewest steps that drag the rest along, without those that another lies in. */
function canonicalBy(lattice: Lattice): (terms: readonly number[][]) => Hypothesis {
  const known = new Map<string, number[]>();
  const least = (term: readonly number[]): number[] => {
    const name = term.join();
    const before = known.get(name);
    if (before) return before;
    const made = lattice.generators(term);
    known.set(name, made);
    return made;
  };
  return (given) => {
    const terms = [...new Map(given.map((term) => least(term)).map((term) => [term.join(), term])).values()];
    const minimal = terms.filter(
      (term) =>
        !terms.some(
          (other) => other !== term && other.length < term.length && other.every((one) => term.includes(one)),
        ),
    );
    return { terms: minimal.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || a.join().localeCompare(b.join())) };
  };
}

/** One step more in a term, or one more term, wherever the verdicts leave room for it. */
function surprised(
  terms: readonly number[][],
  regions: readonly Bits[],
  { passes }: Evidence,
  { size }: Lattice,
  random: Random,
): Hypothesis {
  const step = below(random, size);
  const at = below(random, terms.length);
  const region = regions[at];
  if (random() < 0.5 && region && has(region, step)) {
    return { terms: terms.map((term, index) => (index === at ? [...term, step] : term)) };
  }
  return passes.some((pass) => has(pass, step)) ? { terms } : { terms: [...terms, [step]] };
}
