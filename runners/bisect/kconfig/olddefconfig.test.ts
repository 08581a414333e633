import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { on } from './kconfig.test-support.ts';
import { olddefconfig, telling } from './olddefconfig.ts';

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

test('what is only looked into takes one run, and what is tested as many as it takes until nothing changes', async () => {
  const objects = await mkdtemp(join(tmpdir(), 'olddefconfig-'));
  try {
    const file = join(objects, '.config');
    let runs = 0;
    const make = async () => {
      runs += 1;
      const text = await readFile(file, 'utf8');
      // A follows from what was asked, and B from A.
      const next = text.includes('CONFIG_A=y') ? 'CONFIG_B=y' : 'CONFIG_A=y';
      if (!text.includes(next)) await writeFile(file, `${text}${next}\n`);
    };
    const legalise = olddefconfig(objects, [], make);
    const asked = on(['X']);
    expect([...(await legalise(asked, { roughly: true })).keys()]).toEqual(['X', 'A']);
    expect(runs).toBe(1);
    expect([...(await legalise(asked)).keys()]).toEqual(['X', 'A', 'B']);
    // Going on from that one.
    expect(runs).toBe(3);
    // Known by then.
    expect([...(await legalise(asked, { roughly: true })).keys()]).toEqual(['X', 'A', 'B']);
    expect(runs).toBe(3);
    // What one run does not change needs no other.
    for (const roughly of [true, false]) await legalise(on(['A', 'B']), { roughly });
    expect(runs).toBe(4);
  } finally {
    await rm(objects, { recursive: true });
  }
});
