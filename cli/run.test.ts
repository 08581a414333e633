import { expect, test } from 'vitest';
import { tooManyCores } from './run.ts';

test('cores that are not there are a word of warning', () => {
  expect(tooManyCores(undefined, 2)).toBeUndefined();
  expect(tooManyCores(2, 2)).toBeUndefined();
  expect(tooManyCores(8, 2)).toContain('--cores 8 is more than this host has (2)');
});
