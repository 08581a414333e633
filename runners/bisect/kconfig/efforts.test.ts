import { expect, test } from 'vitest';
import { effortsOf } from './efforts.ts';

test('an option counts with those that change along with it, and an object that reads several of them once', () => {
  const differences = ['PREEMPT', 'XFS'].map((name) => ({ name, good: 'y', bad: 'n' }));
  const readers = {
    objects: 5,
    of: new Map([
      ['PREEMPT', [0, 1]],
      ['PREEMPT_COUNT', [1, 2, 3]],
    ]),
  };
  const own = new Map([
    ['XFS', 100],
    ['PREEMPT_COUNT', 1],
  ]);
  expect(effortsOf({ differences }, readers, own, [['PREEMPT_COUNT', 'PREEMPTION'], []])).toEqual({
    whole: 5,
    kinds: [4],
    of: [[0], []],
    own: [
      [0, 1],
      [0, 100],
    ],
  });
  // Objects that read the same options are of one kind.
  readers.of.set('XFS', [1, 4]);
  expect(effortsOf({ differences }, readers, new Map(), [['PREEMPT_COUNT'], []])).toEqual({
    whole: 5,
    kinds: [3, 1, 1],
    of: [
      [0, 1],
      [1, 2],
    ],
    own: [
      [0, 0],
      [0, 0],
    ],
  });
});
