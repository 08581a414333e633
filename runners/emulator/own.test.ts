import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findEmulator } from './own.ts';

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'emulators-'));
});
afterAll(() => rm(cache, { recursive: true }));

test('the youngest of an architecture is found, by its version and not by its letters; a draft is none', async () => {
  expect(findEmulator(cache, 'x86_64')).toBeUndefined();
  for (const name of ['x86_64-9.2.1', 'x86_64-10.0.13', 'riscv64-11.0.0', 'draft-x86_64-12', 'x86_64-'])
    await mkdir(join(cache, 'emulators', name), { recursive: true });
  expect(findEmulator(cache, 'x86_64')).toEqual({
    folder: join(cache, 'emulators/x86_64-10.0.13/bin'),
    version: '10.0.13',
  });
  expect(findEmulator(cache, 'aarch64')).toBeUndefined();
});
