import { expect, test } from 'vitest';
import type { EventBody } from '../runners/events/event.ts';
import { foldRun } from './fold.ts';
import { broken, cellEnded, cellStarted, ended, ext4, noon, passed, resumed, stamped, started, xfs } from './sample.ts';

const cell = xfs.id;
const fold = (...events: EventBody[]) => foldRun(stamped(...events));
const first = (...events: EventBody[]) => fold(started(xfs), ...events).cells[0];
const again = (attempt: number): EventBody => ({ ...cellStarted(xfs), attempt }) as EventBody;
const phase = (name: string): EventBody => ({ type: 'phase-started', cell, phase: name });
const phaseEnded = (name: string, seconds: number, ok = true): EventBody => ({
  type: 'phase-ended',
  cell,
  phase: name,
  seconds,
  ok,
});
const diagnosis: EventBody = {
  type: 'diagnosis',
  cell,
  code: 'panic',
  sentence: 'the kernel found no init',
  lines: [{ number: 3, text: 'Kernel panic' }],
  signature: 'panic:no-init',
};
const failing = [broken(xfs, 'boots', 'failed', 'panic'), cellEnded(xfs, 'failed')];
const passing = [passed(xfs, 'boots'), cellEnded(xfs, 'passed')];

test('a pass after a failure is flaky, with all of its attempts', () => {
  const result = first(cellStarted(xfs), ...failing, diagnosis, again(2), ...passing, ended());
  expect(result).toMatchObject({
    status: 'passed',
    flaky: true,
    seconds: 2 * 754,
    startedAt: noon + 1000,
    checks: [{ check: 'boots', status: 'passed' }],
    signature: 'panic:no-init',
    diagnosis: { sentence: 'the kernel found no init' },
    attempts: [
      { attempt: 1, status: 'failed', checks: [{ reason: { code: 'panic' } }], signature: 'panic:no-init' },
      { attempt: 2, status: 'passed', startedAt: noon + 5000, signature: undefined, diagnosis: undefined },
    ],
  });
});

test('a failure after a pass is a failure, and one after what is known is not flaky', () => {
  expect(first(cellStarted(xfs), ...passing, again(2), ...failing, ended())).toMatchObject({
    status: 'failed',
    flaky: false,
    signature: 'panic: boots',
  });
  const known = { ...broken(xfs, 'boots', 'failed', 'known-failure'), status: 'known' } as EventBody;
  expect(first(cellStarted(xfs), known, cellEnded(xfs, 'known'), again(2), ...passing)?.flaky).toBe(false);
});

test('phases lie on the clock; one that has no end lasts until the last word of its attempt', () => {
  const events = [phase('image'), phaseEnded('image', 0.9), phase('install'), passed(xfs, 'x')];
  expect(first(cellStarted(xfs), ...events)?.phases).toEqual([
    { name: 'image', startedAt: noon + 2000, seconds: 0.9, ok: true },
    { name: 'install', startedAt: noon + 4000, seconds: 1 },
  ]);
  expect(first(cellStarted(xfs), phase('a'), phaseEnded('a', 1, false), phase('a'))?.phases).toMatchObject([
    { name: 'a', ok: false },
    { name: 'a' },
  ]);
});

test('what was admitted, used, told and put by is there', () => {
  const free = { cores: 1.5, memoryMiB: 4000 };
  const result = first(
    { type: 'cell-admitted', cell, cores: 2, memoryMiB: 3000, basis: 'guessed', free },
    cellStarted(xfs),
    { type: 'cell-usage', cell, peakMemoryMiB: 2100, cpuSeconds: 300 },
    { type: 'divergence', cell, against: 'r', here: [], there: [{ number: 1, text: 'x' }] },
    { type: 'capsule', cell, path: '/out/capsule' },
    { type: 'note', cell, text: 'slow' },
    { type: 'cell-expected', cell, seconds: 90 },
    ...failing,
  );
  expect(result).toMatchObject({
    admitted: { at: noon + 1000, cores: 2, memoryMiB: 3000, basis: 'guessed', free },
    usage: { peakMemoryMiB: 2100, cpuSeconds: 300 },
    divergence: { against: 'r', there: [{ number: 1, text: 'x' }] },
    capsule: '/out/capsule',
    expected: 90,
    notes: ['slow'],
  });
});

test('what an interrupted session left half-done does not count; the later start takes its place', () => {
  const fact = (value: string): EventBody => ({ type: 'cell-fact', cell, name: 'kernel', value });
  const lost = [cellStarted(xfs), fact('6.1'), phase('image'), broken(xfs, 'boots', 'error', 'interrupted')];
  const orderly = [...lost, cellEnded(xfs, 'error'), ended(true)];
  for (const before of [lost, orderly]) {
    const result = fold(started(xfs, ext4), ...before, resumed(xfs), cellStarted(xfs), ...passing, ended());
    expect(result).toMatchObject({ interrupted: false, resumed: 1 });
    expect(result.cells.map((each) => each.cell.id)).toEqual([xfs.id, ext4.id]);
    expect(result.cells[0]).toMatchObject({ status: 'passed', flaky: false, finished: true, facts: {}, phases: [] });
    expect(result.cells[0]?.attempts).toHaveLength(1);
  }
});

test('an attempt that begins once more takes the place of what it was', () => {
  const result = first(cellStarted(xfs), ...failing, again(2), ...failing, again(2), ...passing);
  expect(result?.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 'failed'],
    [2, 'passed'],
  ]);
});

test('a failure before the interruption is not forgotten, one during it is', () => {
  const before = [cellStarted(xfs), ...failing, again(2), broken(xfs, 'boots', 'failed', 'panic')];
  const result = first(...before, resumed(xfs), again(2), ...passing, ended());
  expect(result).toMatchObject({ status: 'passed', flaky: true });
  expect(result?.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 'failed'],
    [2, 'passed'],
  ]);
});

test('what was to go on and did not is an error, whatever came of it before', () => {
  const result = fold(started(xfs), cellStarted(xfs), ...passing, again(2), ended(true), resumed(xfs));
  expect(result.interrupted).toBe(false);
  expect(result.cells[0]).toMatchObject({ status: 'error', finished: false, checks: [{ check: 'ended' }] });
});

test('whether a cell came to its own end', () => {
  expect(first(cellStarted(xfs), ...failing)?.finished).toBe(true);
  expect(first(cellStarted(xfs), passed(xfs, 'boots'))?.finished).toBe(false);
  expect(first(ended(true))?.finished).toBe(false);
  const given = broken(xfs, 'boots', 'error', 'interrupted');
  expect(first(cellStarted(xfs), given, cellEnded(xfs, 'error'))?.finished).toBe(false);
});
