import { expect, test } from 'vitest';
import { paceOf } from './pace.ts';

const light = { heavy: false, builders: 1 };

test('a test more is expected to take what others took; of the ends, which one is a whole kernel, the quicker one counts', () => {
  const pace = paceOf();
  expect(pace.left(1, light)).toBe(0);
  pace.see({ purpose: 'endpoint', seconds: 1467 });
  expect(pace.left(1, light)).toBe(1467);
  pace.see({ purpose: 'endpoint', seconds: 207 });
  expect(pace.left(10, light)).toBe(2070);
  pace.see({ purpose: 'search', seconds: 53 });
  expect(pace.left(8, light)).toBe(1040);
  expect(pace.left(8, { ...light, builders: 4 })).toBe(260);
});

test('for as long as a heavy option is in question and none was asked about, a whole kernel is still to come', () => {
  const pace = paceOf();
  for (const seconds of [1400, 200]) pace.see({ purpose: 'endpoint', seconds });
  const heavy = { heavy: true, builders: 2 };
  expect(pace.left(10, heavy)).toBe(1000 + 1400);
  pace.see({ purpose: 'search', seconds: 100 });
  expect(pace.left(10, heavy)).toBe(750 + 1400);
  pace.see({ purpose: 'search', seconds: 900 });
  expect(pace.left(10, heavy)).toBe(2000);
});
