import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsOf, has, membersOf, nameOf, union, within } from './bits.ts';
import { isClosed, latticeOf } from './lattice.ts';
import { anyRules, anySteps } from './problems.test-support.ts';

const size = 40;

test('closing adds what is taken along, and nothing once it is closed', () => {
  fc.assert(
    fc.property(anyRules(size), anySteps(size), anySteps(size), (rules, some, more) => {
      const lattice = latticeOf(size, rules);
      const set = bitsOf(size, some);
      const closed = lattice.close(set);
      expect(within(set, closed)).toBe(true);
      expect(nameOf(lattice.close(closed))).toBe(nameOf(closed));
      expect(within(closed, lattice.close(union(set, bitsOf(size, more))))).toBe(true);
      for (const { body, head } of rules) {
        if (body.every((step) => has(closed, step))) expect(has(closed, head)).toBe(true);
      }
    }),
  );
});

test('what is left without some steps is legal, has none of them, and has all that needs none of them', () => {
  fc.assert(
    fc.property(anyRules(size), anySteps(size), (rules, gone) => {
      const lattice = latticeOf(size, rules);
      const left = lattice.without(lattice.all, gone);
      expect(isClosed(lattice, left)).toBe(true);
      expect(gone.some((step) => has(left, step))).toBe(false);
      if (rules.some(({ body }) => body.length > 1)) return;
      for (const step of membersOf(lattice.all)) {
        const free = !gone.some((each) => has(lattice.close(bitsOf(size, [step])), each));
        expect(has(left, step)).toBe(free);
      }
    }),
  );
});

test('generators bring all the others along, and none of them can be spared', () => {
  fc.assert(
    fc.property(anyRules(size), anySteps(size), (rules, steps) => {
      const lattice = latticeOf(size, rules);
      const whole = nameOf(lattice.close(bitsOf(size, steps)));
      const generators = lattice.generators(steps);
      const closureOf = (some: readonly number[]) => nameOf(lattice.close(bitsOf(size, some)));
      expect(closureOf(generators)).toBe(whole);
      for (const step of generators) {
        expect(closureOf(generators.filter((other) => other !== step))).not.toBe(whole);
      }
    }),
  );
});
