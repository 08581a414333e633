import { expect, test } from 'vitest';
import { passRate, rateOf, rateText } from './rate.ts';
import type { AttemptResult } from './results.ts';

/** Newcombe, Two-sided confidence intervals for the single proportion, Stat. Med. 17 (1998), table I, method 3. */
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])('the interval of %i of %i is the published one', (passed, of, low, high) => {
  const rate = passRate(passed, of);
  expect([rate.low, rate.high].map((each) => Number(each.toFixed(4)))).toEqual([low, high]);
});

test('passing and failing are mirror images, and the ends are exact', () => {
  for (const [passed, of] of [
    [0, 1],
    [3, 20],
    [10, 20],
    [20, 20],
  ] as const) {
    const [one, other] = [passRate(passed, of), passRate(of - passed, of)];
    expect(one.low).toBeCloseTo(1 - other.high, 12);
    expect(one.low).toBeLessThanOrEqual(one.rate);
    expect(one.high).toBeGreaterThanOrEqual(one.rate);
  }
  expect(passRate(20, 20).high).toBe(1);
  expect(passRate(0, 20).low).toBe(0);
});

test('attempts of which nobody can tell count neither way', () => {
  const attempt = (status: AttemptResult['status']) => ({ status }) as AttemptResult;
  const attempts = [...Array.from({ length: 18 }, () => attempt('passed')), attempt('failed'), attempt('known')];
  const rate = rateOf({ attempts: [...attempts, attempt('error'), attempt('error')] });
  expect(rate && rateText(rate)).toBe(
    'passed 18 of 20: 90.0 % (95 % confidence: 69.9 % to 97.2 %), and 2 that could not tell',
  );
  expect(rateOf({ attempts: [attempt('error')] })).toBeUndefined();
});
