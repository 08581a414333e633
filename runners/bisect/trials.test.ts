import { expect, test } from 'vitest';
import { randomFrom } from './search/random.ts';
import { certain, decide, doubt, knowsBadEnd, knowsGoodEnd, noTrials, ratesOf } from './trials.ts';

test('where trials are certain one is enough, and two that contradict each other are no verdict', () => {
  expect(decide(noTrials, certain, 0.001)).toBeUndefined();
  expect(decide({ pass: 1, fail: 0 }, certain, 0.001)).toBe('pass');
  expect(decide({ pass: 0, fail: 1 }, certain, 0.001)).toBe('fail');
  expect(decide({ pass: 1, fail: 1 }, certain, 0.001)).toBe('unresolved');
  expect(doubt({ pass: 1, fail: 0 }, certain)).toBe(0);
});

test.each([0.5, 0.3, 0.9])(
  'of verdicts on what fails in a share of %f of all trials no more are wrong than is allowed',
  (share) => {
    const error = 0.02;
    const rates = { bad: share, good: 0.01 };
    const random = randomFrom(7);
    const verdictAt = (rate: number) => {
      let counts = noTrials;
      for (;;) {
        const verdict = decide(counts, rates, error);
        if (verdict) return { verdict, counts };
        counts = random() < rate ? { ...counts, fail: counts.fail + 1 } : { ...counts, pass: counts.pass + 1 };
      }
    };
    const runs = 4000;
    const wrong = (rate: number, right: string) =>
      Array.from({ length: runs }, () => verdictAt(rate)).filter(({ verdict }) => verdict !== right);
    for (const [rate, right] of [
      [rates.bad, 'fail'],
      [rates.good, 'pass'],
    ] as const) {
      const mistakes = wrong(rate, right);
      // Three standard errors.
      expect(mistakes.length / runs).toBeLessThanOrEqual(error + 3 * Math.sqrt(error / runs));
      for (const { counts } of mistakes) expect(doubt(counts, rates)).toBeLessThanOrEqual(error);
    }
  },
);

test('rates err towards each other, and one trial of each kind more is asked for until they are known', () => {
  const rates = ratesOf({ pass: 12, fail: 0 }, { pass: 6, fail: 6 });
  expect(rates.bad).toBeGreaterThan(0.3);
  expect(rates.bad).toBeLessThan(0.5);
  expect(rates.good).toBeGreaterThan(0);
  expect(rates.good).toBeLessThan(0.05);
  expect(knowsBadEnd({ pass: 20, fail: 5 })).toBe(false);
  expect(knowsBadEnd({ pass: 20, fail: 6 })).toBe(true);
  expect(knowsBadEnd({ pass: 60, fail: 0 })).toBe(true);
  expect(knowsGoodEnd({ pass: 11, fail: 0 })).toBe(false);
});
