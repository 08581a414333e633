import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { defaultCacheFolder } from './cache-folder.ts';

test.each([
  [{ STUB_MATRIX_CACHE: 'mine', XDG_CACHE_HOME: '/x' }, '/here/mine'],
  [{ STUB_MATRIX_CACHE: '/mine' }, '/mine'],
  [{ STUB_MATRIX_CACHE: '', XDG_CACHE_HOME: '/x' }, '/x/stub-matrix'],
  [{ XDG_CACHE_HOME: '' }, `${homedir()}/.cache/stub-matrix`],
])('%j', (env, folder) => {
  expect(defaultCacheFolder(env, '/here')).toBe(folder);
});
