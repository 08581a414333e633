import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsOf, has, nameOf, union, within } from './bits.ts';
import { isClosed, latticeOf } from './lattice.ts';
import { anyRules, anySteps } from './problems.test-support.ts';

const size = 40;
/** So few that most of them take others along. */
const FEW = 8;

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

test('what is left without some steps is legal, has none of them, and is the most that can be', () => {
  fc.assert(
    fc.property(anyRules(size), anySteps(size), anySteps(size), (rules, gone, some) => {
      const lattice = latticeOf(size, rules);
      const parts = lattice.without(lattice.all, gone, 50);
      for (const left of parts ?? []) {
        expect(isClosed(lattice, left)).toBe(true);
        expect(gone.some((step) => has(left, step))).toBe(false);
      }
      const other = lattice.close(bitsOf(size, some));
      if (gone.some((step) => has(other, step))) return;
      expect(parts?.some((left) => within(other, left)) ?? true).toBe(true);
    }),
  );
});

test('generators bring all the others along, and none of them can be spared', () => {
  fc.assert(
    fc.property(anyRules(FEW), anySteps(FEW), (rules, steps) => {
      const lattice = latticeOf(FEW, rules);
      const whole = nameOf(lattice.close(bitsOf(FEW, steps)));
      const generators = lattice.generators(steps);
      const closureOf = (some: readonly number[]) => nameOf(lattice.close(bitsOf(FEW, some)));
      expect(closureOf(generators)).toBe(whole);
      for (const step of generators) {
        expect(closureOf(generators.filter((other) => other !== step))).not.toBe(whole);
      }
    }),
  );
});
