import { appendFileSync, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { CellResult } from '../../reports/fold.ts';
import { FixtureRuns } from '../harness/fixture/fixture.test-support.ts';

/** Runs of cells without guests that are broken off, by Ctrl-C and `kill -9`, and go on. */
const fixture = new FixtureRuns();

/** Each test starts the program several times. */
vi.setConfig({ testTimeout: 5 * 60_000 });

/** All verdicts that there are, some of them after several attempts. */
const behaviours = [
  'passing',
  'failing',
  'flaky',
  'known',
  'wrong',
  'shaky',
  'erring',
  'aside',
  'messy',
  'silent',
  'passing',
];
const words = ['--retries=2', ...behaviours];

/** What a reader of the report sees of a cell, without the times. */
const told = ({ cell, status, flaky, checks, attempts, because }: CellResult) => ({
  cell: cell.id,
  status,
  flaky,
  because,
  checks: checks.map(({ check, status, reason }) => [check, status, reason?.code, reason?.message]),
  attempts: attempts.map(({ attempt, status }) => [attempt, status]),
});
const report = () => fixture.cells().map(told);

/** mulberry32: small, and the same again for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('killed at three random moments and resumed: each cell once, with the verdict of a run that nobody disturbed', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  console.info(`SEED=${seed} has the same moments again`);
  const chance = dice(seed);
  expect((await fixture.run(2, 'cells', ...words)).exitCode).toBe(1);
  const undisturbed = report();
  const steps = fixture.trace().length;

  // A step takes 100 ms in place of 20, so that most moments are in the middle of one. Steps count, not seconds: hosts differ.
  const FIXTURE_PAUSE = '100';
  for (let kills = 0; kills < 3; kills += 1) {
    const FIXTURE_KILL = `${1 + Math.floor((chance() * steps) / 4)}+${Math.floor(chance() * 100)}`;
    const sitting = fixture.start(2, 'cells', kills === 0 ? words : ['--resume=latest'], {
      FIXTURE_PAUSE,
      FIXTURE_KILL,
    });
    expect(await sitting.end, sitting.output()).toBeNull();
    expect(sitting.running.signalCode).toBe('SIGKILL');
  }
  expect((await fixture.run(2, 'cells', '--resume=latest')).exitCode).toBe(1);

  expect(report()).toEqual(undisturbed);
  const events = fixture.events();
  expect(events.filter(({ type }) => type === 'run-resumed')).toHaveLength(3);
  expect(events.filter(({ type }) => type === 'run-started')).toHaveLength(1);
  // What had come to its end was never begun again.
  const ends = events.flatMap((event) => (event.type === 'cell-ended' ? [event.cell] : []));
  expect(ends.length).toBe(undisturbed.reduce((sum, { attempts }) => sum + attempts.length, 0));
  const junit = readFileSync(fixture.latest('junit.xml'), 'utf8');
  for (const { cell } of undisturbed) expect(junit.split(`<testsuite name="${cell}"`)).toHaveLength(2);
});

test('Ctrl-C: what to type next is said, and the half-done cell begins anew beside what it left', async () => {
  const { running, end, output } = fixture.start(1, 'cells', ['flaky', 'waiting', 'passing', '--retries=1']);
  await expect.poll(() => fixture.trace(), { timeout: 60_000 }).toContain('waiting-x86_64-fs1 second');
  running.kill('SIGINT');
  expect(await end).toBe(130);
  const run = realpathSync(fixture.latest('.'));
  expect(output()).toMatch(`to go on with what is not finished: ./stub-matrix run --resume ${basename(run)} --out`);
  expect(report().map(({ status }) => status)).toEqual(['passed', 'error', 'error', 'skipped']);

  // A crash of the host may leave half an event, which the next one must not be written behind.
  appendFileSync(fixture.latest('events.ndjson'), '{"time":1,"type":"no');
  const next = fixture.start(1, 'cells', ['--resume=latest']);
  await expect
    .poll(() => fixture.trace().filter((line) => line.endsWith('fs1 second')), { timeout: 60_000 })
    .toHaveLength(2);
  next.running.kill('SIGINT');
  expect(await next.end).toBe(130);
  expect(next.output()).toContain("the record's last 20 bytes were no whole event, and were cut off");
  expect(next.output()).not.toContain('flaky-x86_64-fs0    started');
  const opened = fixture.trace().filter((line) => line.endsWith(' open'));
  expect(opened.map((line) => line.split('-')[0])).toEqual(['flaky', 'flaky', 'waiting', 'waiting']);
  expect(readdirSync(fixture.latest('cells')).toSorted()).toEqual([
    'flaky-x86_64-fs0',
    'waiting-x86_64-fs1',
    'waiting-x86_64-fs1.interrupted-1',
  ]);
  expect(report().map(({ status, flaky }) => [status, flaky])).toEqual([
    ['passed', true],
    ['error', false],
    ['error', false],
    ['skipped', false],
  ]);
});

test('an attempt that was broken off is made again, and the failure before it is not forgotten', async () => {
  // The fifth step is the end of the first attempt, the seventh in the middle of the second.
  const killed = fixture.start(1, 'cells', ['flaky', '--retries=1'], { FIXTURE_KILL: '7+0' });
  expect(await killed.end).toBeNull();
  expect((await fixture.run(1, 'cells', '--resume=latest')).exitCode).toBe(0);
  expect(report()[0]).toMatchObject({
    status: 'passed',
    flaky: true,
    attempts: [
      [1, 'failed'],
      [2, 'passed'],
    ],
  });
  expect(readdirSync(fixture.latest('cells/flaky-x86_64-fs0')).toSorted()).toEqual([
    'attempt-2',
    'attempt-2.interrupted-1',
    'evidence',
  ]);
});

test('a cell that is repeated goes on where it was broken off, and with more retries one that failed does', async () => {
  const killed = fixture.start(1, 'cells', ['passing', '--repeat=3'], { FIXTURE_KILL: '8+0' });
  expect(await killed.end).toBeNull();
  expect((await fixture.run(1, 'cells', '--resume=latest')).exitCode).toBe(0);
  expect(report()[0]?.attempts).toEqual([
    [1, 'passed'],
    [2, 'passed'],
    [3, 'passed'],
  ]);
  expect(fixture.trace().filter((line) => line.endsWith(' open'))).toHaveLength(4);

  const failed = fixture.start(1, 'cells', ['flaky', 'waiting'], { FIXTURE_KILL: '8+0' });
  expect(await failed.end).toBeNull();
  const resumed = fixture.start(1, 'cells', ['--resume=latest', '--retries=1']);
  await expect.poll(() => fixture.trace().at(-1), { timeout: 60_000 }).toBe('waiting-x86_64-fs1 second');
  resumed.running.kill('SIGINT');
  await resumed.end;
  expect(report()[0]).toMatchObject({ status: 'passed', flaky: true });
});

test('a run that came to its end is left as it is', async () => {
  await fixture.run(1, 'cells', 'failing');
  const before = readFileSync(fixture.latest('events.ndjson'), 'utf8');
  const { exitCode, output } = await fixture.run(1, 'cells', '--resume=latest');
  expect(exitCode).toBe(2);
  expect(output).toContain('came to its end: there is nothing to resume');
  expect(readFileSync(fixture.latest('events.ndjson'), 'utf8')).toBe(before);
  expect(existsSync(fixture.latest('owner.json'))).toBe(false);
});
