import { expect, test } from 'vitest';
import { changesSince, standing } from './standing.ts';

test.each([
  // A letter a run, oldest first; capitals are stand-ins.
  ['failed', 'real', 'pppp', { change: 'new', since: 4, times: 1 }],
  ['failed', 'real', 'ppff', { change: 'still', since: 2, times: 3 }],
  ['failed', 'real', 'pef-', { change: 'still', since: 1, times: 3 }],
  ['error', 'real', '----', { change: 'first', since: 4, times: 1 }],
  ['error', 'real', '', { change: 'first', since: 0, times: 1 }],
  ['passed', 'real', 'ppff', { change: 'fixed' }],
  ['flaky', 'real', 'ppfe', { change: 'fixed' }],
  ['passed', 'real', 'ppfp', {}],
  ['passed', 'real', '', {}],
  ['known', 'real', 'pkk', { change: 'still', since: 1, times: 3 }],
  ['known', 'real', 'pff', { change: 'new', since: 3, times: 1 }],
  // What stands in for it says nothing about the distribution.
  ['failed', 'real', 'fPPP', { change: 'still', since: 0, times: 2 }],
  ['failed', 'stand-in', 'PPff', { change: 'new', since: 4, times: 1 }],
  ['passed', 'real', 'FF', {}],
  // Broken before its archive was known: compared with all.
  ['error', undefined, 'pP', { change: 'new', since: 2, times: 1 }],
] as const)('%s, from %s, after "%s"', (verdict, archive, past, expected) => {
  expect(standing(verdict, archive, past)).toEqual(expected);
});

test('facts that are others now, without how they were come by, and without what is other every time', () => {
  const good = {
    run: 'a',
    runStartedAt: 0,
    phases: {},
    facts: { image: 'k1 (built)', kernel: '6.1', restored: 'in 1 s', gone: 'x' },
  };
  const now = { image: 'k1 (reused)', kernel: '6.2', restored: 'in 2 s', fresh: 'y' };
  expect(changesSince(good, now, 'c0ffee0000000000', 'decade0000000000')).toEqual([
    { name: 'commit', before: 'c0ffee000000', after: 'decade000000' },
    { name: 'kernel', before: '6.1', after: '6.2' },
    { name: 'fresh', after: 'y' },
  ]);
  expect(changesSince(undefined, now)).toEqual([]);
});
