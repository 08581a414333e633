import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from '../../mirrors/proxy/nginx.ts';
import { RunRegister } from '../host/run-register.ts';
import { obtainImage } from './image.ts';
import { storeOf } from './store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'image-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  [true, 'image-not-kept', /cannot be built without a network: no archive with trixie/],
  [false, 'archive-unreachable', /no archive with trixie/],
])('an image that cannot be had; offline: %s', async (offline, code, message) => {
  using register = new RunRegister(join(folder, 'state'), 'r');
  const proxy = { port: await freePort(), folder, offline };
  const helpers = { progress: () => {}, register, signal: AbortSignal.timeout(60_000) };
  await expect(obtainImage('x86_64', { cacheFolder: folder, proxy }, helpers)).rejects.toMatchObject({
    fault: 'harness',
    code,
    message: expect.stringMatching(message),
  });
});

test('cells share a store, unless one of them wants everything made anew', () => {
  const cacheFolder = folder;
  expect(storeOf({ cacheFolder, fresh: true })).toBe(storeOf({ cacheFolder, fresh: true }));
  expect(storeOf({ cacheFolder })).not.toBe(storeOf({ cacheFolder, fresh: true }));
});
