import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { foreseeImages } from './foresee-images.ts';
import { storeOf } from './store.ts';

let cacheFolder: string;
beforeEach(() => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'foresee-images-'));
});
afterEach(() => rmSync(cacheFolder, { recursive: true }));

const keep = async (kind: string, label: string) => {
  const fill = async (folder: string) => writeFileSync(join(folder, 'it'), 'made');
  (await storeOf({ cacheFolder }).obtain(kind, { of: label }, fill, { label })).release();
};
const foreseen = async (wishes = {}, cores = 2) =>
  Object.fromEntries(await foreseeImages(['x86_64', 'aarch64'], { cacheFolder, ...wishes }, cores));

test('an image is expected to take what of it is not there', async () => {
  expect(await foreseen()).toEqual({ x86_64: 710, aarch64: 710 });
  expect(await foreseen({}, 20)).toEqual({ x86_64: 260, aarch64: 260 });
  expect(await foreseen({ otherKernel: { kind: 'debian' } })).toEqual({ x86_64: 60, aarch64: 60 });
  await keep('kernels', 'aarch64');
  expect(await foreseen()).toEqual({ x86_64: 710, aarch64: 60 });
  await keep('images', 'x86_64');
  expect(await foreseen()).toEqual({ x86_64: 0, aarch64: 60 });
  expect(await foreseen({ fresh: true })).toEqual({ x86_64: 710, aarch64: 710 });
});
