import { expect, test } from 'vitest';
import type { Slot } from './model.ts';
import { lanesOf, stepsOf } from './page/lanes.ts';

const slot = (cell: number, start: number, seconds: number): Slot => ({
  ...{ cell, attempt: 1, verdict: 'passed', start, seconds, phases: [] },
  cores: 2,
});
const slots = [slot(0, 0, 10), slot(1, 1, 2), slot(2, 3, 5), slot(3, 4, 1), slot(4, 10, 5)];

test('attempts that do not touch share a lane', () => {
  expect(lanesOf(slots).map((lane) => lane.map(({ cell }) => cell))).toEqual([[0, 4], [1, 2], [3]]);
});

test('what is admitted goes up with each start and down with each end', () => {
  expect(stepsOf(slots, ({ cores }) => cores ?? 0, 15)).toEqual({
    times: [0, 1, 3, 4, 5, 8, 10, 15],
    values: [2, 4, 4, 6, 4, 2, 2, 0],
  });
});

test('one that begins in the tenth of a second in which another ended takes its lane and its cores', () => {
  const handed = [slot(0, 0.7, 0.1), slot(1, 0.8, 0.1), slot(2, 0.9, 10)];
  expect(lanesOf(handed)).toHaveLength(1);
  expect(Math.max(...stepsOf(handed, ({ cores }) => cores ?? 0, 20).values)).toBe(2);
});
