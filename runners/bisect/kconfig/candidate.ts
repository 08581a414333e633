import { type Bits, bitsOf, isEmpty, membersOf, minus, nameOf, union, within } from '../search/bits.ts';
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
 */
export async function realise(asked: Bits, space: Space, given: Lattice, legalise: Legaliser): Promise<Candidate> {
  const known = new Map<string, Bits>();
  const made = async (set: Bits): Promise<Bits> => {
    const name = nameOf(set);
    const before = known.get(name);
    if (before) return before;
    const { set: steps } = space.stepsOf(await legalise(space.configurationOf(set)));
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
    for (const step of dropped) learnt.push(...(await needsOf(step, set, lattice, made)));
    for (const step of gained) learnt.push(...(await broughtBy(step, set, lattice, made)));
    const fresh = learnt.filter((rule) => !lattice.knows(rule));
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
async function needsOf(step: number, set: Bits, { all, size }: Lattice, made: Made): Promise<Rule[]> {
  const one = bitsOf(size, [step]);
  const others = membersOf(minus(set, one));
  const stays = async (more: readonly number[]) => within(one, await made(union(set, bitsOf(size, more))));
  const goes = async (some: readonly number[]) => !within(one, await made(bitsOf(size, [step, ...some])));
  const needed = await leastOf(membersOf(minus(all, set)), stays);
  const body = needed.length > 0 ? [step, ...(await leastOf(others, goes))] : [];
  return needed.map((head) => ({ body, head }));
}

/** Which of a set's steps make Kconfig make another one. */
async function broughtBy(step: number, set: Bits, { size }: Lattice, made: Made): Promise<Rule[]> {
  const one = bitsOf(size, [step]);
  const brings = async (some: readonly number[]) => within(one, await made(bitsOf(size, some)));
  const body = await leastOf(membersOf(set), brings);
  return body.length === 0 ? [] : [{ body, head: step }];
}

/** A part of the items that is enough, of which none can be spared; none where all of them are not enough. */
async function leastOf(
  items: readonly number[],
  enough: (some: readonly number[]) => Promise<boolean>,
): Promise<number[]> {
  if (!(await enough(items)) || (await enough([]))) return [];
  const among = async (some: readonly number[], beside: readonly number[]): Promise<number[]> => {
    if (some.length <= 1) return [...some];
    const [left, right] = [some.slice(0, some.length >> 1), some.slice(some.length >> 1)];
    if (await enough([...left, ...beside])) return await among(left, beside);
    if (await enough([...right, ...beside])) return await among(right, beside);
    const ofRight = await among(right, [...left, ...beside]);
    return [...(await among(left, [...ofRight, ...beside])), ...ofRight];
  };
  return await among(items, []);
}

/** Whether Kconfig made exactly what was asked for. */
export const isAsAsked = (asked: Bits, { set, strays }: Candidate) =>
  strays.length === 0 && nameOf(asked) === nameOf(set);

export const isLegal = (lattice: Lattice, set: Bits) => isEmpty(set) || isClosed(lattice, set);
