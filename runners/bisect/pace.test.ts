import { expect, test } from 'vitest';
import { paceOf } from './pace.ts';

test('a test more is expected to take what others took; of the ends, which one is a whole kernel, the quicker one counts', () => {
  const pace = paceOf();
  expect(pace.seconds()).toBe(0);
  pace.see({ purpose: 'endpoint', seconds: 1467 });
  expect(pace.seconds()).toBe(1467);
  pace.see({ purpose: 'endpoint', seconds: 207 });
  expect(pace.seconds()).toBe(207);
  pace.see({ purpose: 'search', seconds: 53 });
  expect(pace.seconds()).toBe(130);
  pace.see({ purpose: 'heals', seconds: 100 });
  expect(pace.seconds()).toBe(120);
});
