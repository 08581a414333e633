import { expect, test } from 'vitest';
import type { EventBody } from '../runners/events/event.ts';
import { clock } from './clock.ts';
import { progress } from './progress.ts';
import { broken, cellEnded, cellStarted, noon, passed, stamped, started, xfs } from './sample.ts';

const cell = xfs.id;
const phase: EventBody = { type: 'phase-started', cell, phase: 'install', expected: 600 };

test('a line per phase and check, with the cell, the time and what is expected', () => {
  const fold = progress();
  const lines = stamped(
    started(xfs),
    cellStarted(xfs),
    phase,
    { type: 'phase-progress', cell, phase: 'install', text: 'step 3 of 7' },
    { type: 'phase-ended', cell, phase: 'install', seconds: 61, ok: true },
    passed(xfs, 'the installer ends well'),
    broken(xfs, 'SSH logs in', 'failed', 'ssh-refused'),
    cellEnded(xfs, 'failed'),
  ).flatMap((event) => fold.lines(event));
  expect(lines).toEqual([
    '00:00                       run 20261123-141502-4f2a: 1 cell',
    '00:01  debian13-x86_64-xfs  started',
    '00:02  debian13-x86_64-xfs  install …, about 10:00 expected',
    '00:04  debian13-x86_64-xfs  install done in 01:01',
    '00:05  debian13-x86_64-xfs  passed  the installer ends well (00:01)',
    '00:06  debian13-x86_64-xfs  FAILED  SSH logs in (01:02)',
    '    waited 60 s for SSH logs in',
    '00:07  debian13-x86_64-xfs  FAILED after 12:34',
  ]);
});

test('a silent phase says every 30 s that it runs, what it does and how long it may take', () => {
  const fold = progress();
  for (const event of stamped(started(xfs), phase)) fold.lines(event);
  fold.lines({ time: noon + 2000, type: 'phase-progress', cell, phase: 'install', text: 'step 3 of 7' });
  expect(fold.heartbeats(noon + 30_000)).toEqual([]);
  expect(fold.heartbeats(noon + 31_000)).toEqual([
    '00:31  debian13-x86_64-xfs  install running for 00:30, about 09:30 left – step 3 of 7',
  ]);
  expect(fold.heartbeats(noon + 32_000)).toEqual([]);
  expect(fold.heartbeats(noon + 661_000)).toEqual([
    '11:01  debian13-x86_64-xfs  install running for 11:00 – step 3 of 7',
  ]);
  fold.lines({ time: noon + 662_000, type: 'phase-ended', cell, phase: 'install', seconds: 661, ok: false });
  expect(fold.heartbeats(noon + 900_000)).toEqual([]);
});

test('durations read as on a clock', () => {
  expect([0.4, 59.6, 754, 3661].map(clock)).toEqual(['00:00', '01:00', '12:34', '1:01:01']);
});
