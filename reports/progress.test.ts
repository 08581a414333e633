import { expect, test } from 'vitest';
import type { EventBody } from '../runners/events/event.ts';
import { clock } from './clock.ts';
import { progress } from './progress.ts';
import { remaining } from './remaining.ts';
import {
  broken,
  cellArchive,
  cellEnded,
  cellStarted,
  ext4,
  known,
  noon,
  passed,
  stamped,
  started,
  startedExpecting,
  xfs,
} from './sample.ts';

const cell = xfs.id;
const phase: EventBody = { type: 'phase-started', cell, phase: 'install' };

test('a line per phase and check, with the cell, the time, the accelerator and what is expected', () => {
  const fold = progress();
  const lines = stamped(
    startedExpecting(1, 600, xfs, ext4),
    cellStarted(xfs),
    phase,
    { type: 'cell-fact', cell, name: 'accelerator', value: 'tcg: /dev/kvm opens, but no guest runs on it' },
    { type: 'cell-fact', cell, name: 'stub kernel', value: '6.12' },
    { type: 'phase-progress', cell, phase: 'install', text: 'step 3 of 7' },
    { type: 'phase-ended', cell, phase: 'install', seconds: 61, ok: true },
    passed(xfs, 'the installer ends well'),
    broken(xfs, 'SSH logs in', 'failed', 'ssh-refused'),
    cellEnded(xfs, 'failed'),
  ).flatMap((event) => fold.lines(event));
  expect(lines).toEqual([
    '00:00                        run 20261123-141502-4f2a: 2 cells, about 20:00 expected',
    '00:01  debian13-x86_64-xfs   started',
    '00:02  debian13-x86_64-xfs   install …',
    '00:03  debian13-x86_64-xfs   accelerator tcg: /dev/kvm opens, but no guest runs on it',
    '00:06  debian13-x86_64-xfs   install done in 01:01',
    '00:07  debian13-x86_64-xfs   passed  the installer ends well (00:01)',
    '00:08  debian13-x86_64-xfs   FAILED  SSH logs in (01:02)',
    '    waited 60 s for SSH logs in',
    '00:09  debian13-x86_64-xfs   FAILED after 12:34, about 10:00 left for the run',
  ]);
});

test('a stand-in is told, a known failure too, and a reason to leave cells out once', () => {
  const fold = progress();
  const skipped = (fs: string): EventBody => {
    return { type: 'cell-skipped', cell: { ...xfs, fs, id: `debian13-x86_64-${fs}` }, because: 'no luck' };
  };
  const standIns = [cellArchive(xfs, 'stand-in'), cellArchive(xfs, 'real')];
  const events = [started(xfs), skipped('btrfs'), skipped('luks'), ...standIns, known(xfs, 'SSH')];
  expect(stamped(...events).flatMap((event) => fold.lines(event))).toEqual([
    '00:00                       run 20261123-141502-4f2a: 1 cell',
    '00:01  debian13-x86_64-btrfs  skipped: because no luck',
    '00:03  debian13-x86_64-xfs  installs from a stand-in, not the distribution',
    '00:05  debian13-x86_64-xfs  known  SSH (01:02)',
    '    known until 2027-03-31: no luck (https://bugs.example/1)',
  ]);
});

test('a silent phase says every 30 s that it runs, what it does and how long the run may take', () => {
  const fold = progress();
  for (const event of stamped(startedExpecting(1, 600, xfs), cellStarted(xfs), phase)) fold.lines(event);
  fold.lines({ time: noon + 3000, type: 'phase-progress', cell, phase: 'install', text: 'step 3 of 7' });
  expect(fold.heartbeats(noon + 31_000)).toEqual([]);
  expect(fold.heartbeats(noon + 32_000)).toEqual([
    '00:32  debian13-x86_64-xfs  install running for 00:30 – step 3 of 7, about 09:29 left for the run',
  ]);
  expect(fold.heartbeats(noon + 33_000)).toEqual([]);
  expect(fold.heartbeats(noon + 662_000)).toEqual([
    '11:02  debian13-x86_64-xfs  install running for 11:00 – step 3 of 7',
  ]);
  fold.lines({ time: noon + 663_000, type: 'phase-ended', cell, phase: 'install', seconds: 661, ok: false });
  expect(fold.heartbeats(noon + 900_000)).toEqual([]);
});

test('without any experience nothing is said of the time that is left', () => {
  const fold = progress();
  const [line] = stamped(started(xfs)).flatMap((event) => fold.lines(event));
  expect(line).toMatch(/: 1 cell$/);
});

test('what is left of a run: what runs goes on, what waits takes the first free place', () => {
  const rest = remaining();
  expect(rest.at(noon)).toBeUndefined();
  const third = { ...xfs, id: 'debian13-x86_64-btrfs' };
  for (const event of stamped(startedExpecting(2, 600, xfs, ext4, third), cellStarted(xfs), cellStarted(ext4)))
    rest.see(event);
  expect(rest.at(noon + 101_000)).toBe(500 + 600);
  for (const event of stamped(cellEnded(xfs, 'passed'))) rest.see(event);
  expect(rest.at(noon + 302_000)).toBe(600);
  for (const event of stamped(cellEnded(ext4, 'passed'), cellEnded(third, 'passed'))) rest.see(event);
  expect(rest.at(noon + 302_000)).toBeUndefined();
});

test('what a cell itself expects by now counts from its start', () => {
  const rest = remaining();
  const expecting = { type: 'cell-expected', cell: xfs.id, seconds: 90 } as const;
  for (const event of stamped(startedExpecting(1, 600, xfs), cellStarted(xfs), expecting)) rest.see(event);
  expect(rest.at(noon + 31_000)).toBe(60);
});

test('nothing is left of a run that is broken off', () => {
  const rest = remaining();
  for (const event of stamped(startedExpecting(1, 600, xfs, ext4), broken(xfs, 'SSH', 'error', 'interrupted')))
    rest.see(event);
  expect(rest.at(noon)).toBeUndefined();
});

test('durations read as on a clock', () => {
  expect([0.4, 59.6, 754, 3661].map(clock)).toEqual(['00:00', '01:00', '12:34', '1:01:01']);
});
