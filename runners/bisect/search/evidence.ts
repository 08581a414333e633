import { type Bits, nameOf, within } from './bits.ts';

export type Verdict = 'pass' | 'fail' | 'unresolved';

/**
 * What the verdicts so far say, taken together. Whoever breaks with some steps is taken to break with more of them, so only the
 * smallest sets that fail and the largest that pass are kept for reasoning; what was tested itself is known word for word.
 */
export interface Evidence {
  /** None lies in another. */
  readonly fails: readonly Bits[];
  readonly passes: readonly Bits[];
  readonly tested: ReadonlyMap<string, Verdict>;
  /** Sets that pass although a part of them fails: something in them heals what the part breaks. */
  readonly healed: number;
}

export const nothingKnown: Evidence = { fails: [], passes: [], tested: new Map(), healed: 0 };

export function learn(evidence: Evidence, set: Bits, verdict: Verdict): Evidence {
  const tested = new Map(evidence.tested).set(nameOf(set), verdict);
  let { fails, passes, healed } = evidence;
  if (verdict === 'fail') {
    // What fails is believed over what passes: an interaction can heal, nothing else can break.
    const believed = passes.filter((pass) => !within(set, pass));
    healed += passes.length - believed.length;
    passes = believed;
    if (!fails.some((fail) => within(fail, set))) fails = [...fails.filter((fail) => !within(set, fail)), set];
  } else if (verdict === 'pass') {
    if (fails.some((fail) => within(fail, set))) healed += 1;
    else if (!passes.some((pass) => within(set, pass))) passes = [...passes.filter((pass) => !within(pass, set)), set];
  }
  return { fails, passes, tested, healed };
}

/** The verdict that follows from others, where one does. */
export function implied({ fails, passes }: Evidence, set: Bits): Verdict | undefined {
  if (fails.some((fail) => within(fail, set))) return 'fail';
  return passes.some((pass) => within(set, pass)) ? 'pass' : undefined;
}
