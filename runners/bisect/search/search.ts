import type { Ask, Outcome, Wanted } from './ask.ts';
import { type Bits, bitsOf, nameOf } from './bits.ts';
import { type Claim, claimsOf, isComplete, openClaims } from './certificate.ts';
import { questions } from './design.ts';
import { builtIn, type Efforts, estimate, type Tree, treeOf } from './effort.ts';
import { type Evidence, implied, learn, nothingKnown } from './evidence.ts';
import { drawHypotheses, type Expectation, type Hypothesis, usualExpectation } from './hypotheses.ts';
import type { Lattice } from './lattice.ts';
import { randomFrom } from './random.ts';
import { shrink } from './shrink.ts';

export interface SearchOptions {
  /** How many sets can be tested side by side. */
  readonly builders: number;
  readonly seed?: number;
  readonly expectation?: Expectation;
  /** What each step takes; where it is not known all sets take the same. */
  readonly efforts?: Efforts | undefined;
  /** The sets that lie compiled; outcomes tell what becomes of them. */
  readonly trees?: readonly Bits[] | undefined;
  /** What else has been tested meanwhile, each set once: by questions of an earlier version of this program. */
  readonly remembered?: () => readonly Pick<Outcome, 'set' | 'verdict'>[];
  /** Told before each round. */
  readonly onRound?: (round: RoundStart) => void;
}

/** Where a search stands. */
export interface RoundStart {
  /** From 1; the endpoints are round 0. */
  readonly round: number;
  /** The steps that may still be to blame, be it together with others. */
  readonly suspects: number;
  /** Those of them that may be by themselves: none where it must take several together. */
  readonly alone: number;
  readonly likeliest: Hypothesis | undefined;
  /** Its share of what agrees with the verdicts, 0 to 1. */
  readonly share: number;
  /** About how many tests are still to come. */
  readonly testsLeft: number;
  /** Whether a step is in question that has much of the kernel compiled again. */
  readonly heavy: boolean;
}

export interface Found {
  readonly terms: Hypothesis['terms'];
  readonly claims: readonly Claim[];
  /** Claims that could not be tested or came out otherwise. None in a proof. */
  readonly unproven: readonly Claim[];
  /** Whether it is also proven that there are no further terms. */
  readonly complete: boolean;
  readonly rounds: number;
  readonly evidence: Evidence;
  readonly lattice: Lattice;
}

/** How many hypotheses are weighed against each other. */
const DRAWN = 400;
/** From which share on the likeliest hypothesis is put to the proof. */
const CONVINCED = 0.5;
/** How many rounds in a row may leave what is known as it was: sets that cannot be tested, or pass although a part of them fails. */
const PATIENCE = 4;

/**
 * Finds the minimal sets of steps that break, all of them, and proves it. The verdicts at both ends are known: nothing passes,
 * everything fails. In each round it draws hypotheses that agree with all verdicts, the fewest steps first, asks what tells most
 * about them, and puts the likeliest to the proof as soon as it is likelier than all others together.
 */
export async function search(given: Lattice, ask: Ask, options: SearchOptions): Promise<Found> {
  const random = randomFrom(options.seed ?? 1);
  let lattice = given;
  let evidence = learn(learn(nothingKnown, bitsOf(given.size, []), 'pass'), given.all, 'fail');
  const requested = new Set<string>();
  // Where it is not known what lies compiled, the ends are as good a guess as any.
  let trees: readonly Tree[] = (options.trees ?? [bitsOf(given.size, []), given.all]).map(treeOf);
  const isTested = (set: Bits) => evidence.tested.has(nameOf(set)) || requested.has(nameOf(set));

  const test = async (wanted: readonly Wanted[]) => {
    const outcomes = await ask(wanted);
    for (const { set } of wanted) requested.add(nameOf(set));
    for (const { set, verdict, rules, tree } of outcomes) {
      if (rules && rules.length > 0) lattice = lattice.with(rules.filter((rule) => !lattice.knows(rule)));
      evidence = learn(evidence, set, verdict);
      trees = builtIn(trees, tree, set);
    }
    for (const { set, verdict } of options.remembered?.() ?? []) evidence = learn(evidence, set, verdict);
  };

  let rounds = 0;
  for (let idle = 0; idle < PATIENCE; ) {
    const drawn = drawHypotheses(evidence, lattice, random, DRAWN, options.expectation ?? usualExpectation);
    const [first] = drawn.ranked;
    const claims = first ? claimsOf(first.hypothesis, lattice) : [];
    const open = openClaims(claims, evidence).filter(({ set }) => !requested.has(nameOf(set)));
    const wanted: Wanted[] = [];
    const want = (set: Bits, purpose: Wanted['purpose']) => {
      if (wanted.length >= options.builders || isTested(set)) return;
      if (!wanted.some((each) => nameOf(each.set) === nameOf(set))) wanted.push({ set, purpose });
    };
    const convinced = first && first.share >= CONVINCED;
    if (convinced && open.length === 0) {
      if (refuted(claims, evidence).length === 0) {
        const { terms } = first.hypothesis;
        return {
          terms,
          claims,
          unproven: [],
          complete: isComplete(first.hypothesis, lattice),
          rounds,
          evidence,
          lattice,
        };
      }
      break;
    }
    if (convinced) for (const { set, role } of open) want(set, role);
    const effort = options.efforts && estimate(options.efforts, trees);
    const design = { lattice, random, isTested, effort, trees: trees.map((tree) => tree.set) };
    const asked = questions(drawn.all, drawn.steps, options.builders - wanted.length, design);
    for (const { set } of asked) want(set, 'search');
    // What stands idle tries the likeliest at once: a term that is named right needs no further question.
    for (const { hypothesis } of drawn.ranked.slice(0, 2 * options.builders)) {
      if (wanted.length >= options.builders) break;
      for (const { set, role } of claimsOf(hypothesis, lattice).slice(0, hypothesis.terms.length)) want(set, role);
    }
    if (wanted.length === 0) for (const { set, role } of open) want(set, role);
    if (wanted.length === 0) break;
    rounds += 1;
    options.onRound?.({
      round: rounds,
      suspects: drawn.steps.length,
      alone: drawn.alone,
      likeliest: first?.hypothesis,
      share: first?.share ?? 0,
      testsLeft: Math.ceil(uncertainty(drawn.ranked)) + open.length,
      heavy: effort !== undefined && drawn.steps.some(effort.isHeavy),
    });
    const before = evidence;
    await test(wanted);
    if (evidence.fails !== before.fails || evidence.passes !== before.passes) idle = 0;
    // Parts of a proof may well follow from what is known; they are tested all the same.
    else if (wanted.some(({ set }) => implied(before, set) === undefined)) idle += 1;
  }
  const shrunk = await shrink({ lattice, evidence: () => evidence, test, builders: options.builders });
  const unproven = refuted(shrunk.claims, evidence);
  return { ...shrunk, unproven, complete: false, rounds: rounds + shrunk.rounds, evidence, lattice };
}

/** The claims that came out otherwise than they must, or did not come to a verdict. */
const refuted = (claims: readonly Claim[], { tested }: Evidence) =>
  claims.filter(({ set, expected }) => tested.get(nameOf(set)) !== expected);

/** In bits: how many tests that tell one bit each it takes to know which of the hypotheses is right. */
const uncertainty = (ranked: readonly { readonly share: number }[]) =>
  ranked.reduce((bits, { share }) => bits - share * Math.log2(share), 0);
