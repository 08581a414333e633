import { expect, test } from 'vitest';
import { telling } from './olddefconfig.ts';

test('what takes many runs of Kconfig is told now and then, and each series counts by itself', async () => {
  let time = 0;
  const told: string[] = [];
  const make = telling(
    async () => (time += 4_000),
    (step) => told.push(step),
    () => time,
  );
  for (let run = 0; run < 20; run += 1) await make();
  expect(told).toEqual([expect.stringContaining('8 runs so far'), expect.stringContaining('16 runs so far')]);
  // A kernel is compiled and booted in between.
  time += 60_000;
  for (let run = 0; run < 8; run += 1) await make();
  expect(told.slice(2)).toEqual([expect.stringContaining('8 runs so far')]);
});
