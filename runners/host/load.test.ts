import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { hostCpu, hostMemory, inTheWay, othersBetween, ownSeconds, parseHostCpu } from './load.ts';
import { processTable, withDescendants } from './processes.ts';
import { Usage } from './usage.ts';

test('what the processors of a host did, the guests’ share once', () => {
  const text =
    'cpu  100 20 30 5000 600 7 8 9 90 10\ncpu0 50 10 15 2500 300 3 4 5 45 5\ncpu1 50 10 15 2500 300 4 4 4 45 5\nintr 1\n';
  expect(parseHostCpu(text)).toEqual({ cores: 2, busySeconds: 1.74, niceSeconds: 0.2 });
});

test('what we computed ourselves is no load of others', () => {
  const before = { at: 100, busySeconds: 500, ownSeconds: 40 };
  expect(othersBetween(before, { at: 110, busySeconds: 518, ownSeconds: 45 })).toBeCloseTo(1.3);
  // The two are not read in the same moment.
  expect(othersBetween(before, { at: 110, busySeconds: 505, ownSeconds: 46 })).toBe(0);
});

test('who gives way takes nothing from those who do not', () => {
  const host = { cores: 2, busySeconds: 500, niceSeconds: 100 };
  expect(inTheWay(host, 0)).toBe(400);
  expect(inTheWay(host, 5)).toBe(500);
});

test('a program that gives way is seen as one', async () => {
  const before = hostCpu();
  const busy = spawn('nice', ['-n', '19', 'sh', '-c', 'while :; do :; done']);
  await expect.poll(() => hostCpu().niceSeconds - before.niceSeconds, { timeout: 20_000 }).toBeGreaterThan(0.2);
  busy.kill('SIGKILL');
});

test('this host', () => {
  const { cores, busySeconds } = hostCpu();
  expect(cores).toBeGreaterThan(0);
  expect(busySeconds).toBeGreaterThan(ownSeconds(processTable()));
  const { totalMiB, availableMiB } = hostMemory();
  expect(availableMiB).toBeGreaterThan(0);
  expect(availableMiB).toBeLessThanOrEqual(totalMiB);
});

test('what a process and its child take is seen, of those that have ended too', async () => {
  const child =
    'const held = Buffer.alloc(40 << 20, 1); while (process.cpuUsage().user < 1e5); console.log(held.length)';
  const parent = `require('child_process').spawn(process.execPath, ['-e', process.argv[1]], { stdio: 'inherit' }); setTimeout(() => {}, 30_000)`;
  const running = spawn(process.execPath, ['-e', parent, `${child}; setTimeout(() => {}, 30_000)`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(running.stdout, 'data');
  const pid = running.pid ?? 0;
  const usage = new Usage();
  usage.add(pid);
  const table = processTable();
  const family = withDescendants([pid], table);
  expect(family).toHaveLength(2);
  usage.sample(table);
  const { cpuSeconds, residentMiB } = usage;
  expect(residentMiB).toBeGreaterThan(40);
  expect(cpuSeconds).toBeGreaterThanOrEqual(0.1);
  for (const each of family) process.kill(each, 'SIGKILL');
  await once(running, 'exit');
  usage.sample(processTable());
  expect(usage).toMatchObject({ residentMiB: 0, cpuSeconds });
  expect(usage.peakMemoryMiB).toBe(residentMiB);
});
