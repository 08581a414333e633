import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { AttemptResult } from '../results.ts';
import { embedConsoles, type Wanted } from './consoles.ts';

const folder = mkdtempSync(join(tmpdir(), 'consoles-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = `${'x'.repeat(99)}\n`.repeat(500);
const wanted = (cell: number, bad: boolean, first = false): Wanted => {
  const path = join(folder, `${cell}.log`);
  writeFileSync(path, text);
  return { cell, bad, first, attempt: {} as AttemptResult, file: { name: 'console', path } };
};
const letters = (views: ReturnType<typeof embedConsoles>) =>
  [...views.values()].flatMap(({ excerpts }) => excerpts).reduce((sum, { lines }) => sum + lines.length * 100, 0);

test('consoles of what broke come before the others, and none is over budget', () => {
  const all = [wanted(0, false), wanted(1, true), wanted(2, false), wanted(3, true, true)];
  const views = embedConsoles(all, { each: 30_000, total: 62_000, least: 1000 });
  expect([...views.keys()]).toEqual([3, 1]);
  expect(letters(views)).toBeLessThanOrEqual(62_000);
  expect(views.get(3)).toMatchObject({ totalLines: 500, excerpts: [{ numbers: { length: 300 } }] });
});

test('many that broke share what there is', () => {
  const views = embedConsoles(
    Array.from({ length: 20 }, (_, cell) => wanted(cell, true)),
    { each: 30_000, total: 60_000, least: 1000 },
  );
  expect(views.size).toBe(20);
  expect(letters(views)).toBeLessThanOrEqual(60_000);
});

test('a log that is gone takes nothing along', () => {
  const gone = { ...wanted(1, true), file: { name: 'console', path: join(folder, 'gone') } };
  expect([...embedConsoles([gone, wanted(2, true)]).keys()]).toEqual([2]);
});
