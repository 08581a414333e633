import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../process/command.ts';
import { device, freeSpace, parseMeminfo, readResources } from './resources.ts';

test('memory', () => {
  const text =
    'MemTotal:        8000 kB\nMemAvailable:    4000 kB\nActive(anon):       1 kB\nHugePages_Total:       7\n';
  expect([...parseMeminfo(text)]).toEqual([
    ['MemTotal', 8000 * 1024],
    ['MemAvailable', 4000 * 1024],
    ['Active(anon)', 1024],
  ]);
});

test('this host', async () => {
  const resources = await readResources(['/tmp', '/tmp/not/there/yet']);
  expect(resources.cores).toBeGreaterThan(0);
  expect(resources.cores).toBeLessThanOrEqual(Number((await run(['nproc'])).stdout));
  expect(resources.memoryAvailable).toBeGreaterThan(0);
  expect(resources.memoryAvailable).toBeLessThanOrEqual(resources.memoryTotal);
  const [there, later] = resources.folders;
  expect(there?.free).toBeGreaterThan(0);
  expect(Math.abs((there?.free ?? 0) - (later?.free ?? 0))).toBeLessThan(2 ** 30);
});

test('free space is that of the filesystem', async () => {
  const { stdout } = await run(['df', '--block-size=1', '--output=avail', '/dev/shm']);
  expect(await freeSpace('/dev/shm')).toBeCloseTo(Number(stdout.split('\n')[1]), -8);
});

test('devices', async () => {
  expect(await device('/dev/null')).toEqual({ path: '/dev/null', state: 'opens' });
  expect(await device('/dev/stub-no-such')).toEqual({ path: '/dev/stub-no-such', state: 'absent' });
  const folder = mkdtempSync(join(tmpdir(), 'stub-device-'));
  expect(await device(folder)).toMatchObject({ state: 'refused', because: expect.stringContaining('EISDIR') });
  rmSync(folder, { recursive: true });
});
