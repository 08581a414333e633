import { type Bits, bitsOf, has, isEmpty, membersOf, minus, nameOf, union, within } from '../search/bits.ts';
import { isClosed, type Lattice, type Rule } from '../search/lattice.ts';
import type { Configuration, Legaliser } from './configuration.ts';
import type { Space } from './space.ts';

/** A legal configuration, and what it is in terms of steps. */
export interface Candidate {
  readonly values: Configuration;
  readonly set: Bits;
  /** Options with a value that neither end has: it would test something else than was asked for. */
  readonly strays: readonly string[];
  /** What was learnt about which steps take others along. */
  readonly rules: readonly Rule[];
}

/** How often what was learnt is put to use before a candidate is taken as Kconfig makes it. */
const REPAIRS = 4;
/** How many surprises of one candidate are looked into: each costs some runs of Kconfig, and no build. */
const INQUIRIES = 3;

/**
 * Has Kconfig make a set of steps legal. Where it drops a step, what the step needs is found out and added; where it makes one
 * that was not asked for, which steps bring it. Both are found by halving, asking nobody but Kconfig, and hold from then on.
 *
 * @param related by step, those among which the answer is likely to lie; others are looked at where it does not
 */
export async function realise(
  asked: Bits,
  space: Space,
  given: Lattice,
  legalise: Legaliser,
  related: readonly Bits[] = [],
): Promise<Candidate> {
  const known = new Map<string, Bits>();
  const made = async (set: Bits): Promise<Bits> => {
    const name = nameOf(set);
    const before = known.get(name);
    if (before) return before;
    const { set: steps } = space.stepsOf(await legalise(space.configurationOf(set), { roughly: true }));
    known.set(name, steps);
    return steps;
  };
  let lattice = given;
  const rules: Rule[] = [];
  let set = asked;
  for (let repair = 0; repair < REPAIRS; repair += 1) {
    const steps = await made(set);
    const dropped = membersOf(minus(set, steps)).slice(0, INQUIRIES);
    const gained = membersOf(minus(steps, set)).slice(0, INQUIRIES);
    const learnt: Rule[] = [];
    for (const step of dropped) learnt.push(...(await needsOf(step, set, lattice, made, related[step])));
    for (const step of gained) learnt.push(...(await broughtBy(step, set, lattice, made, related[step])));
    const fresh: Rule[] = [];
    for (const rule of learnt) if (!lattice.knows(rule) && (await alwaysHolds(rule, lattice, made))) fresh.push(rule);
    if (fresh.length === 0) break;
    rules.push(...fresh);
    lattice = lattice.with(fresh);
    set = lattice.close(set);
  }
  const values = await legalise(space.configurationOf(set));
  return { values, ...space.stepsOf(values), rules };
}

type Made = (set: Bits) => Promise<Bits>;

/** What has to be there besides a set so that Kconfig leaves one of its steps made, and with which others of the set that is so. */
async function needsOf(step: number, set: Bits, { all, size }: Lattice, made: Made, likely?: Bits): Promise<Rule[]> {
  const one = bitsOf(size, [step]);
  const others = membersOf(minus(set, one));
  const stays = async (more: readonly number[]) => within(one, await made(union(set, bitsOf(size, more))));
  const goes = async (some: readonly number[]) => !within(one, await made(bitsOf(size, [step, ...some])));
  const needed = await leastOf(membersOf(minus(all, set)), stays, likely);
  const body = needed.length > 0 ? [step, ...(await leastOf(others, goes, likely))] : [];
  return needed.map((head) => ({ body, head }));
}

/** Which of a set's steps make Kconfig make another one. */
async function broughtBy(step: number, set: Bits, { size }: Lattice, made: Made, likely?: Bits): Promise<Rule[]> {
  const one = bitsOf(size, [step]);
  const brings = async (some: readonly number[]) => within(one, await made(bitsOf(size, some)));
  const body = await leastOf(membersOf(set), brings, likely);
  return body.length === 0 ? [] : [{ body, head: step }];
}

/** Whether it holds with everything else made as well: what an option selects while it lacks what it depends on does not. */
async function alwaysHolds({ body, head }: Rule, { all, size }: Lattice, made: Made): Promise<boolean> {
  const [one, causes] = [bitsOf(size, [head]), bitsOf(size, body)];
  const steps = await made(minus(all, one));
  return within(one, steps) || !within(causes, steps);
}

/** A part of the items that is enough, of which none can be spared; none where all of them are not enough. */
async function leastOf(
  items: readonly number[],
  enough: (some: readonly number[]) => Promise<boolean>,
  likely?: Bits,
): Promise<number[]> {
  if (await enough([])) return [];
  const among = async (some: readonly number[], beside: readonly number[]): Promise<number[]> => {
    if (some.length <= 1) return [...some];
    const [left, right] = [some.slice(0, some.length >> 1), some.slice(some.length >> 1)];
    if (await enough([...left, ...beside])) return await among(left, beside);
    if (await enough([...right, ...beside])) return await among(right, beside);
    const ofRight = await among(right, [...left, ...beside]);
    return [...(await among(left, [...ofRight, ...beside])), ...ofRight];
  };
  const first = likely ? items.filter((item) => has(likely, item)) : [];
  for (const some of [first, items]) {
    if (some.length > 0 && (await enough(some))) return await among(some, []);
  }
  return [];
}

/** Whether Kconfig made exactly what was asked for. */
export const isAsAsked = (asked: Bits, { set, strays }: Candidate) =>
  strays.length === 0 && nameOf(asked) === nameOf(set);

export const isLegal = (lattice: Lattice, set: Bits) => isEmpty(set) || isClosed(lattice, set);
