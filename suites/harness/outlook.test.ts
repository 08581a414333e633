import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { whatExists } from '../../runners/cell/existing.ts';
import { foreseeImages } from '../../runners/cell/foresee-images.ts';
import { storeOf } from '../../runners/cell/store.ts';
import { loadMatrix } from '../../runners/matrix/load.ts';
import { makePlan } from '../../runners/matrix/plan.ts';
import { outlookOn } from './outlook.ts';

let cacheFolder: string;
beforeEach(() => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'outlook-'));
});
afterEach(() => rmSync(cacheFolder, { recursive: true }));

test('an image that is not there is made by one cell, and all wait for it', async () => {
  const cell = ['debian13-x86_64-xfs', 'debian13-x86_64-ext4'];
  const plan = makePlan(loadMatrix(), whatExists({}), { selection: { cell } });
  const options = { keep: false, console: 'serial', jobs: 2, cacheFolder, outFolder: cacheFolder } as const;
  const before = await outlookOn(plan, options);
  const image = (await foreseeImages(['x86_64'], options)).get('x86_64') ?? 0;
  (await storeOf(options).obtain('images', {}, async () => {}, { label: 'x86_64' })).release();
  const after = await outlookOn(plan, options);
  expect(image).toBeGreaterThan(0);
  expect([before.images, after.images]).toEqual([['x86_64'], []]);
  expect(before.seconds).toBeCloseTo(after.seconds + image);
  expect(after.cells).toEqual(Object.fromEntries(plan.run.map((each) => [each.cell.id, each.expected])));
  const maker = before.order[0] ?? '';
  expect(before.cells).toEqual({ ...after.cells, [maker]: (after.cells[maker] ?? 0) + image });
});
