import type { Ask, Wanted } from './ask.ts';
import { type Bits, bitsOf, has, nameOf, sizeOf, union } from './bits.ts';
import { type Evidence, learn, nothingKnown } from './evidence.ts';
import type { Lattice, Rule } from './lattice.ts';

export interface Grown {
  /** A largest set that passes. */
  readonly set: Bits;
  /** Steps that cannot be made besides: with any of them it fails, or cannot be judged. */
  readonly kept: readonly number[];
  readonly rounds: number;
  readonly evidence: Evidence;
}

export interface GrowOptions {
  readonly builders: number;
  /** All steps in the order in which they are tried: those early that cost little, they are tested without the others. */
  readonly order?: readonly number[] | undefined;
  /** Told before each round: how many steps are still undecided, and how many tests that will take, about. */
  readonly onRound?: (round: {
    readonly round: number;
    readonly undecided: number;
    readonly testsLeft: number;
  }) => void;
}

/** Steps of which one breaks it on top of what is made; none where that is not known of any. */
interface Broken {
  readonly part: readonly number[];
  /** With all of them it was seen to fail. */
  readonly failing?: Bits | undefined;
}

/**
 * Makes as many steps as can be made with all still passing; no step passes. Undecided steps are tried in parts, each on top of
 * the one before it and all side by side: the longest row that passes is made, and in the part that broke it the one step that does
 * is looked for by as many cuts as there are builders, and kept. How large the parts are goes by how many steps were kept so far:
 * generalized binary splitting (Hwang 1972), with several builders.
 */
export async function grow(given: Lattice, ask: Ask, { builders, order, onRound }: GrowOptions): Promise<Grown> {
  let lattice = given;
  let made = bitsOf(given.size, []);
  let evidence = learn(nothingKnown, made, 'pass');
  const kept: number[] = [];
  let undecided: readonly number[] = order ?? [...Array(given.size).keys()];
  let broken: Broken = { part: [] };

  const closed = (base: Bits, part: readonly number[]) => lattice.close(union(base, bitsOf(lattice.size, part)));
  const open = (steps: readonly number[]) => steps.filter((step) => !has(made, step));
  /** Whatever drags a step that is kept is kept as well. */
  const keep = (step: number) => {
    const drags = (other: number) => has(closed(bitsOf(lattice.size, []), [other]), step);
    kept.push(...undecided.filter(drags));
    undecided = undecided.filter((other) => !drags(other));
    broken = { part: [] };
  };

  for (let rounds = 0; ; ) {
    undecided = open(undecided);
    broken = { ...broken, part: open(broken.part) };
    if (undecided.length === 0) return { set: made, kept, rounds, evidence };
    const [only] = broken.part;
    const isSeen = broken.failing && nameOf(broken.failing) === nameOf(closed(made, broken.part));
    if (only !== undefined && broken.part.length === 1 && isSeen) {
      keep(only);
      continue;
    }

    const share = (kept.length + EXPECTED) / (lattice.size - undecided.length + 1);
    const parts = only === undefined ? spans(undecided, share, builders) : cuts(broken.part, builders);
    const rows: { readonly part: readonly number[]; readonly set: Bits }[] = [];
    for (const part of parts) rows.push({ part, set: closed(rows.at(-1)?.set ?? made, part) });
    rounds += 1;
    onRound?.({ round: rounds, undecided: undecided.length, testsLeft: testsFor(undecided.length, share, builders) });
    const outcomes = await ask(rows.map(({ set }): Wanted => ({ set, purpose: 'search' })));

    const rules: Rule[] = [];
    for (const { set, verdict, rules: learnt } of outcomes) {
      evidence = learn(evidence, set, verdict);
      rules.push(...(learnt ?? []).filter((rule) => !lattice.knows(rule)));
    }
    if (rules.length > 0) lattice = lattice.with(rules);
    const first = outcomes.findIndex(({ verdict }) => verdict !== 'pass');
    const passing = (first < 0 ? outcomes.at(-1) : outcomes[first - 1])?.set;
    const isMore = passing !== undefined && sizeOf(passing) > sizeOf(made);
    if (isMore) made = passing;
    // What passes and is not made is what Kconfig does not let go: it has to stay as if it broke something.
    const suspect = rows[first] ?? (isMore ? undefined : rows[0]);
    if (!suspect) continue;
    broken = { part: suspect.part, failing: rows[first]?.set };
    const [culprit] = suspect.part;
    if (culprit !== undefined && suspect.part.length === 1) keep(culprit);
  }
}

/** Of how many steps one is kept, as long as nothing is known: one in ten. */
const EXPECTED = 0.1;

/** Parts for all builders, so large in all that each row is as likely to be the first that breaks as none is. */
function spans(steps: readonly number[], share: number, builders: number): number[][] {
  const all = Math.log(builders + 1) / -Math.log1p(-Math.min(share, 0.5));
  const width = Math.max(1, Math.round(all / builders));
  return partsOf(steps, width).slice(0, builders);
}

/** Parts of what breaks, but for the last: that one breaks it where none of the others does. */
function cuts(steps: readonly number[], builders: number): number[][] {
  const parts = partsOf(steps, Math.ceil(steps.length / (builders + 1)));
  return parts.length > 1 ? parts.slice(0, -1) : parts;
}

const partsOf = (steps: readonly number[], width: number): number[][] =>
  Array.from({ length: Math.ceil(steps.length / width) }, (_, at) => steps.slice(at * width, (at + 1) * width));

/** Each undecided step is a question of so many bits, and a round of all builders answers this many. */
function testsFor(undecided: number, share: number, builders: number): number {
  const kept = Math.min(share, 0.5);
  const bits = -kept * Math.log2(kept) - (1 - kept) * Math.log2(1 - kept);
  return Math.ceil((undecided * bits * builders) / Math.log2(builders + 1));
}
