import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseMountinfo } from './mounts.ts';
import { bootId, isRunning, parseStat, statOf } from './processes.ts';

describe('/proc', () => {
  test('a name with spaces and parentheses does not shift the fields', () => {
    const fields = Array.from({ length: 50 }, (_, index) => index + 4).join(' ');
    expect(parseStat(`17 (a) b (c)) S ${fields}`)).toEqual({
      state: 'S',
      parent: 4,
      startTime: 22,
      cpuSeconds: expect.closeTo(0.29),
      childrenSeconds: expect.closeTo(0.33),
    });
    expect(parseStat('')).toBeUndefined();
  });

  test('such a process is found by its start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stub-processes-'));
    const odd = join(folder, ') S 1 2 3');
    symlinkSync('/bin/sleep', odd);
    const child = spawn(odd, ['300'], { stdio: 'ignore' });
    const pid = child.pid ?? 0;
    const startTime = statOf(pid)?.startTime ?? 0;
    expect(Math.abs(startTime - (statOf(process.pid)?.startTime ?? 0))).toBeLessThan(100 * 600);
    expect(isRunning(pid, startTime)).toBe(true);
    expect(isRunning(pid, startTime + 1)).toBe(false);
    expect(bootId()).toMatch(/^[0-9a-f-]{36}$/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(isRunning(pid, startTime)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  test('mount points, with the blanks that the kernel escapes', () => {
    const text = '1 2 0:1 / / rw - ext4 a rw\n3 1 0:2 / /a\\040b\\134c rw shared:1 - tmpfs b rw\n';
    expect(parseMountinfo(text)).toEqual(['/', '/a b\\c']);
  });
});
