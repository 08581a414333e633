import { allOf, type Bits, bitsOf, has, membersOf, minus, within } from './bits.ts';

/** Whoever makes all these steps makes that one too: Kconfig sees to it. */
export interface Rule {
  readonly body: readonly number[];
  readonly head: number;
}

/**
 * Which sets of steps can be made at all. A step takes one difference from the good configuration's value to the bad one's;
 * steps are numbered, and the rules say which of them drag others along: what is below an option that goes off goes off with
 * it, what is switched on needs what it depends on.
 */
export interface Lattice {
  /** How many steps there are. */
  readonly size: number;
  readonly all: Bits;
  /** The smallest legal set that has all these. */
  readonly close: (set: Bits) => Bits;
  /**
   * The largest legal parts of a legal set that have none of `gone`. Mostly one; where steps take another along only together,
   * one for each of them that may go instead. As many as `most`, and `undefined` where there are more.
   */
  readonly without: (set: Bits, gone: Iterable<number>, most?: number) => Bits[] | undefined;
  /** The fewest steps that drag the others along; of steps that drag each other, the first. In ascending order. */
  readonly generators: (steps: readonly number[]) => number[];
  /** The steps that cannot be made without this one nor it without them, itself among them: one decision. */
  readonly decision: (step: number) => number[];
  readonly knows: (rule: Rule) => boolean;
  readonly with: (rules: readonly Rule[]) => Lattice;
}

export function latticeOf(size: number, rules: readonly Rule[]): Lattice {
  const plain = rules.filter(({ body }) => body.length === 1);
  const joint = rules.filter(({ body }) => body.length > 1);
  const [drags, draggedBy]: [number[][], number[][]] = [neighbours(size), neighbours(size)];
  for (const { body, head } of plain) {
    drags[body[0] ?? 0]?.push(head);
    draggedBy[head]?.push(body[0] ?? 0);
  }
  const free = rules.length === 0;
  const all = allOf(size);
  const closures = new Map<number, Bits>();

  const close = (set: Bits): Bits => {
    if (free) return set;
    let closed = reach(size, membersOf(set), drags);
    for (let before = -1; before !== 0; ) {
      const more = joint.filter(({ body, head }) => !has(closed, head) && body.every((step) => has(closed, step)));
      before = more.length;
      if (before > 0) closed = reach(size, [...membersOf(closed), ...more.map(({ head }) => head)], drags);
    }
    return closed;
  };
  const closureOf = (step: number): Bits => {
    const known = closures.get(step);
    if (known) return known;
    const closure = close(bitsOf(size, [step]));
    closures.set(step, closure);
    return closure;
  };
  const without = (set: Bits, gone: Iterable<number>, most = 8): Bits[] | undefined => {
    const found: Bits[] = [];
    const waiting = [minus(set, reach(size, [...gone], draggedBy))];
    for (let left = waiting.pop(); left; left = waiting.pop()) {
      const part = left;
      if (found.some((each) => within(part, each))) continue;
      const broken = joint.find(({ body, head }) => !has(part, head) && body.every((step) => has(part, step)));
      if (broken) {
        if (waiting.length > 4 * most) return undefined;
        waiting.push(...broken.body.map((step) => minus(part, reach(size, [step], draggedBy))));
      } else if (found.push(part) > most) return undefined;
    }
    return found.filter((part) => !found.some((other) => other !== part && within(part, other)));
  };
  const decision = (step: number) => membersOf(closureOf(step)).filter((other) => has(closureOf(other), step));
  const generators = (steps: readonly number[]): number[] => {
    if (free) return [...new Set(steps)].toSorted((a, b) => a - b);
    let left = [...new Set(steps.map((step) => decision(step)[0] ?? step))].toSorted((a, b) => a - b);
    for (const step of left.toReversed()) {
      const others = left.filter((other) => other !== step);
      if (has(close(bitsOf(size, others)), step)) left = others;
    }
    return left;
  };
  return {
    ...{ size, all, close, without, generators, decision },
    knows: ({ body, head }) => has(close(bitsOf(size, body)), head),
    with: (more) => latticeOf(size, [...rules, ...more]),
  };
}

/** Whether a set is legal as far as the rules know. */
export const isClosed = (lattice: Lattice, set: Bits) => within(lattice.close(set), set);

const neighbours = (size: number): number[][] => Array.from({ length: size }, () => []);

function reach(size: number, from: readonly number[], edges: readonly (readonly number[])[]): Bits {
  const seen = bitsOf(size, from);
  const waiting = [...from];
  for (let step = waiting.pop(); step !== undefined; step = waiting.pop()) {
    for (const next of edges[step] ?? []) {
      if (has(seen, next)) continue;
      seen[next >>> 5] = (seen[next >>> 5] ?? 0) | (1 << (next & 31));
      waiting.push(next);
    }
  }
  return seen;
}
