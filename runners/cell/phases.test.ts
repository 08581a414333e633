import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../events/event.ts';
import { Phases } from './phases.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What is told to be expected of a cell that takes 100 s, by what happens in it. */
async function expected(happens: (phases: Phases) => Promise<unknown>): Promise<number[]> {
  const told: number[] = [];
  const emit = (event: RunEvent | { readonly type: string }) => {
    if (event.type === 'cell-expected' && 'seconds' in event) told.push(event.seconds);
  };
  await happens(new Phases('a-b-c', emit, 100));
  return told;
}

test('what a cell needs made comes on top of what it takes, for as long as the making says and took', async () => {
  const told = await expected(async (phases) => {
    await phases.span('image', async () => {
      vi.advanceTimersByTime(60_000);
      phases.makes(300);
      vi.advanceTimersByTime(200_000);
      phases.makes(0);
    });
    vi.advanceTimersByTime(5000);
    await phases.span('store', async () => phases.expect(30));
  });
  expect(told).toEqual([460, 360, 290]);
});

test('where all is there, nothing else is expected', async () => {
  const told = await expected((phases) =>
    phases.span('image', async () => {
      vi.advanceTimersByTime(2000);
      phases.makes(0);
    }),
  );
  expect(told).toEqual([]);
});
