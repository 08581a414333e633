import type { Ask, Wanted } from './ask.ts';
import { type Bits, bitsOf, sizeOf, union, within } from './bits.ts';
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
  /** Told before each round: how many steps are still undecided, and how many are made. */
  readonly onRound?: (round: { readonly round: number; readonly undecided: number; readonly made: number }) => void;
}

/** How large a part is tried first, as a share of all. */
const FIRST = 1 / 4;

/**
 * Makes as many steps as can be made with all still passing; no step passes. Undecided steps are tried in parts, each on top of
 * the one before it and all side by side: the longest row that passes is made, the part that broke it is cut in two, and a step that
 * breaks it alone is kept. Parts grow for as long as nothing breaks.
 */
export async function grow(given: Lattice, ask: Ask, { builders, onRound }: GrowOptions): Promise<Grown> {
  let lattice = given;
  let made = bitsOf(given.size, []);
  let evidence = learn(nothingKnown, made, 'pass');
  const kept: number[] = [];
  let undecided = [...Array(given.size).keys()];
  let width = Math.max(1, Math.ceil(given.size * FIRST));
  let rounds = 0;

  for (;;) {
    undecided = undecided.filter((step) => !within(bitsOf(lattice.size, [step]), made));
    if (undecided.length === 0) return { set: made, kept, rounds, evidence };
    const rows: { readonly set: Bits; readonly part: readonly number[] }[] = [];
    let base = made;
    for (let at = 0; at < undecided.length && rows.length < builders; at += width) {
      const part = undecided.slice(at, at + width);
      base = lattice.close(union(base, bitsOf(lattice.size, part)));
      rows.push({ set: base, part });
    }
    const wanted: Wanted[] = rows.map(({ set }) => ({ set, purpose: 'search' }));
    rounds += 1;
    onRound?.({ round: rounds, undecided: undecided.length, made: sizeOf(made) });
    const outcomes = await ask(wanted);
    const rules: Rule[] = [];
    for (const { set, verdict, rules: learnt } of outcomes) {
      evidence = learn(evidence, set, verdict);
      rules.push(...(learnt ?? []).filter((rule) => !lattice.knows(rule)));
    }
    if (rules.length > 0) lattice = lattice.with(rules);
    const broken = outcomes.findIndex(({ verdict }) => verdict !== 'pass');
    const passing = broken < 0 ? outcomes.at(-1) : outcomes[broken - 1];
    if (passing) made = passing.set;
    if (broken < 0) {
      width *= 2;
      continue;
    }
    const part = rows[broken]?.part ?? [];
    if (part.length > 1) {
      width = Math.ceil(part.length / 2);
      continue;
    }
    kept.push(...part);
    // Whatever drags a step that is kept is kept as well.
    undecided = undecided.filter((step) => {
      if (part.includes(step)) return false;
      const needs = lattice.close(bitsOf(lattice.size, [step]));
      const barred = part.some((each) => within(bitsOf(lattice.size, [each]), needs));
      if (barred) kept.push(step);
      return !barred;
    });
    width = Math.max(1, Math.floor(undecided.length / (2 * (kept.length + 1))));
  }
}
