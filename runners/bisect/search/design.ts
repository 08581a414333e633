import { type Bits, bitsOf, membersOf, minus, nameOf, union, within } from './bits.ts';
import type { Estimate } from './effort.ts';
import { type Hypothesis, predicts } from './hypotheses.ts';
import type { Lattice } from './lattice.ts';
import { type Random, shuffled } from './random.ts';

/** A set to be tested, and what its verdict is expected to tell beyond those before it, in bits. */
export interface Question {
  readonly set: Bits;
  readonly bits: number;
}

/** Into how many pieces the steps in question are cut, to be put together to questions. */
const PIECES = 64;
/** Which share of the pieces a question has at first: a half for one culprit, most for several that break only together. */
const SHARES = [0.5, 0.5, 0.3, 0.16, 0.7, 0.84, 0.92];
/** A question that tells as much is not bettered any more. In bits. */
const ENOUGH = 0.995;
/** A verdict that tells less is not worth a build. */
const LEAST = 0.1;

interface Design {
  readonly lattice: Lattice;
  readonly random: Random;
  readonly isTested: (set: Bits) => boolean;
  /** What sets take; where it is not known all take the same. */
  readonly effort?: Estimate | undefined;
  /** The sets that lie compiled. */
  readonly trees?: readonly Bits[];
}

/**
 * Sets whose verdicts tell most about which hypothesis is right, to be tested at the same time: each is chosen for what it tells
 * beyond the verdicts of those before it, and for what it takes. Of one culprit and sets that halve, k verdicts tell k bits.
 */
export function questions(
  hypotheses: readonly Hypothesis[],
  steps: readonly number[],
  count: number,
  { lattice, random, isTested, effort, trees = [] }: Design,
): Question[] {
  const pieces = piecesOf(hypotheses, steps, lattice.size, effort?.isHeavy);
  const light = effort && pieces.map((piece) => !membersOf(piece).some(effort.isHeavy));
  const asked: Question[] = [];
  let known = oneClass(hypotheses.length);
  const isNew = (set: Bits) => !isTested(set) && !asked.some((each) => nameOf(each.set) === nameOf(set));
  const nothing = bitsOf(lattice.size, []);
  while (asked.length < count) {
    let best = { chosen: pieces.map(() => false), kept: nothing, set: lattice.all, bits: -1, worth: -1 };
    const consider = (chosen: boolean[], kept: Bits) => {
      const wished = union(kept, together(pieces, chosen, lattice.size));
      for (const set of effort ? [lattice.close(wished), ...largestIn(lattice, wished)] : [lattice.close(wished)]) {
        const bits = bitsTold(hypotheses, known, set);
        const worth = bits / (effort?.of(set) ?? 1);
        if (worth > best.worth && isNew(set)) best = { chosen, kept, set, bits, worth };
      }
    };
    for (const share of SHARES) {
      consider(
        pieces.map(() => random() < share),
        nothing,
      );
    }
    // What differs from a tree in light steps only tells nearly as much, and is soon compiled, as long as there are such in question.
    // What is no longer in question stays as it is there.
    for (const tree of light ? trees : []) {
      const made = pieces.map((piece) => within(piece, tree));
      const kept = pieces.reduce(minus, tree);
      for (const share of SHARES) {
        for (const which of [light, undefined]) {
          consider(
            made.map((is, at) => ((which?.[at] ?? true) && random() < share ? !is : is)),
            kept,
          );
        }
      }
    }
    // Where all take the same, once is enough: most are halved by then.
    for (let worth = -1; worth < best.worth; ) {
      worth = effort ? best.worth : Number.POSITIVE_INFINITY;
      for (const at of shuffled(random, [...pieces.keys()])) {
        if (best.bits > ENOUGH && !effort) break;
        consider(best.chosen.with(at, !best.chosen[at]), best.kept);
      }
    }
    if (best.bits < LEAST) break;
    asked.push({ set: best.set, bits: best.bits });
    known = split(hypotheses, known, best.set);
  }
  return asked;
}

/** Hypotheses that the questions so far cannot tell apart are of one class. */
interface Classes {
  /** By hypothesis. */
  readonly of: Int32Array;
  readonly sizes: readonly number[];
}

const oneClass = (count: number): Classes => ({ of: new Int32Array(count), sizes: [count] });

function split(hypotheses: readonly Hypothesis[], { of }: Classes, set: Bits): Classes {
  const numbers = new Map<number, number>();
  const sizes: number[] = [];
  const now = of.map((before, at) => {
    const key = 2 * before + (predicts(hypotheses[at] as Hypothesis, set) ? 1 : 0);
    const number = numbers.get(key) ?? numbers.size;
    numbers.set(key, number);
    sizes[number] = (sizes[number] ?? 0) + 1;
    return number;
  });
  return { of: now, sizes };
}

/** How many bits the verdict on a set tells beyond the class: in each class it tells as much as it halves it. */
function bitsTold(hypotheses: readonly Hypothesis[], { of, sizes }: Classes, set: Bits): number {
  const fails = new Int32Array(sizes.length);
  for (let at = 0; at < hypotheses.length; at += 1) {
    const number = of[at] ?? 0;
    if (predicts(hypotheses[at] as Hypothesis, set)) fails[number] = (fails[number] ?? 0) + 1;
  }
  let bits = 0;
  for (const [number, size] of sizes.entries()) {
    const share = (fails[number] ?? 0) / size;
    if (share > 0 && share < 1) bits -= size * (share * Math.log2(share) + (1 - share) * Math.log2(1 - share));
  }
  return bits / hypotheses.length;
}

/** The largest legal part of a set; none where steps that go only together leave too many to choose from. */
const largestIn = (lattice: Lattice, set: Bits): Bits[] =>
  lattice.without(lattice.all, membersOf(minus(lattice.all, set)))?.slice(0, 1) ?? [];

function together(pieces: readonly Bits[], chosen: readonly boolean[], size: number): Bits {
  const set = bitsOf(size, []);
  for (const [at, piece] of pieces.entries()) {
    if (chosen[at]) for (let word = 0; word < set.length; word += 1) set[word] = (set[word] ?? 0) | (piece[word] ?? 0);
  }
  return set;
}

/**
 * Neighbouring steps, which depend on each other more often than others do, in pieces that are about as suspicious as each other.
 * Heavy steps are in pieces of their own.
 */
function piecesOf(
  hypotheses: readonly Hypothesis[],
  steps: readonly number[],
  size: number,
  isHeavy: (step: number) => boolean = () => false,
): Bits[] {
  const suspicion = new Float64Array(size);
  for (const step of steps) suspicion[step] = 0.25;
  for (const { terms } of hypotheses) {
    for (const step of terms.flat()) suspicion[step] = (suspicion[step] ?? 0) + 1;
  }
  const suspects = [...suspicion.keys()].filter((step) => (suspicion[step] ?? 0) > 0);
  const all = [...suspects.filter((step) => !isHeavy(step)), ...suspects.filter(isHeavy)];
  const portion = all.reduce((sum, step) => sum + (suspicion[step] ?? 0), 0) / PIECES;
  const pieces: number[][] = [];
  let filled = Number.POSITIVE_INFINITY;
  for (const step of all) {
    const weight = suspicion[step] ?? 0;
    // A step that is suspicious by itself is a piece by itself.
    if (filled + weight / 2 > portion || isHeavy(step) !== isHeavy(pieces.at(-1)?.[0] ?? step)) {
      pieces.push([]);
      filled = 0;
    }
    pieces.at(-1)?.push(step);
    filled += weight;
  }
  return pieces.map((members) => bitsOf(size, members));
}
