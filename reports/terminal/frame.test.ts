import { describe, expect, test } from 'vitest';
import type { EventBody, RunEvent } from '../../runners/events/event.ts';
import {
  broken,
  cellArchive,
  cellEnded,
  cellStarted,
  ended,
  ext4,
  known,
  noon,
  passed,
  stamped,
  startedExpecting,
  xfs,
} from '../sample.ts';
import { frame, lastFrame } from './frame.ts';
import type { Pen } from './looks.ts';
import { everything, nightly, runOf } from './nightly.test-support.ts';
import { stateFold } from './state.ts';
import { clip, harmless, widthOf } from './text.ts';

const pen: Pen = { paint: (_, text) => text, unicode: true };
const wide = { columns: 100, rows: 40 };
const cell = xfs.id;

function seen(events: readonly RunEvent[]) {
  const fold = stateFold();
  for (const event of events) fold.see(event);
  return fold.state;
}
const until = (events: readonly RunEvent[], seconds: number) =>
  events.filter(({ time }) => time <= noon + seconds * 1000);
const told = (...bodies: EventBody[]) => seen(stamped(...bodies));
const install: EventBody = { type: 'phase-started', cell, phase: 'install' };

test('a running cell: its sign fills as its expected time passes, its phase and the time of it', () => {
  const state = told(startedExpecting(1, 600, xfs, ext4), cellStarted(xfs), install, {
    type: 'phase-progress',
    cell,
    phase: 'install',
    text: 'step 3 of 7',
  });
  expect(frame(state, noon + 151_000, wide, pen)).toEqual([
    'run 20261123-141502-4f2a  02:31, about 17:30 left  0 of 2 cells done',
    '',
    '          x86_64',
    '          ext4 xfs',
    'debian12  .',
    'debian13       ⣄',
    '',
    '⣿ 1 running  . 1 waiting',
    '',
    '⣄ debian13-x86_64-xfs  02:30 of about 10:00  install 02:29 – step 3 of 7',
  ]);
  expect(frame(state, noon + 700_000, wide, pen).at(-1)).toMatch(/^⣿ .*11:39, expected 10:00 {2}install/);
});

test('what the cell itself expects by now, an attempt and a stand-in are said; what is done stands below', () => {
  const state = told(
    startedExpecting(1, 600, xfs),
    { ...cellStarted(xfs), attempt: 2 } as EventBody,
    cellArchive(xfs, 'stand-in'),
    { type: 'cell-expected', cell, seconds: 90 },
    install,
    { type: 'phase-ended', cell, phase: 'install', seconds: 61, ok: false },
    passed(xfs, 'SSH'),
  );
  expect(frame(state, noon + 31_000, wide, pen).slice(2)).toEqual([
    '⣄ debian13-x86_64-xfs (attempt 2, stand-in)  00:30 of about 01:30  1 check passed',
    '  install 01:01 (broke off)',
  ]);
});

test('a pass against a stand-in never looks like one of the distribution', () => {
  const state = told(
    startedExpecting(2, 600, xfs, ext4),
    cellStarted(xfs),
    cellStarted(ext4),
    cellArchive(xfs, 'stand-in'),
    cellEnded(xfs, 'passed'),
    cellEnded(ext4, 'passed'),
    ended(),
  );
  expect(lastFrame(state, noon, 80, pen)).toEqual([
    '          x86_64',
    '          ext4 xfs',
    'debian12  ✔',
    'debian13       s',
    '✔ 1 passed  s 1 passed against a stand-in',
  ]);
});

test('a pass at a retry is flaky; of cells that are repeated, the worst counts', () => {
  const attempt = (number: number): EventBody => ({ ...cellStarted(xfs), attempt: number }) as EventBody;
  const twice = [attempt(1), cellEnded(xfs, 'failed'), attempt(2), cellEnded(xfs, 'passed')];
  const start = startedExpecting(1, 600, xfs, ext4);
  expect(lastFrame(told(start, ...twice), noon, 80, pen).at(-1)).toBe('f 1 flaky  . 1 waiting');
  const repeating = { ...start, repeat: 2 } as EventBody;
  expect(lastFrame(told(repeating, ...twice), noon, 80, pen).at(-1)).toBe('✘ 1 failed  . 1 waiting');
});

test('failures stand below as they come, by their diagnosis once there is one; what is interrupted is none', () => {
  const state = told(
    startedExpecting(2, 600, xfs, ext4),
    cellStarted(xfs),
    cellStarted(ext4),
    broken(ext4, 'SSH logs in', 'failed', 'ssh-refused'),
    {
      type: 'diagnosis',
      cell: ext4.id,
      code: 'disk-full',
      sentence: 'the disk\u001b[2J is full',
      lines: [],
      signature: 's',
    },
    known(xfs, 'the reboot'),
    broken(xfs, 'the agent', 'error', 'interrupted'),
  );
  expect(frame(state, noon + 9000, wide, pen).slice(-6)).toEqual(
    [
      '✘ debian12-x86_64-ext4  SSH logs in',
      '  the disk is full',
      '  waited 60 s for SSH logs in',
      '~ debian13-x86_64-xfs  the reboot',
      '  known until 2027-03-31: no luck (https://bugs.example/1)',
    ].toSpliced(0, 0, ''),
  );
});

test('who breaks off is told what happens, before all else, and notes are told', () => {
  const state = told(
    startedExpecting(1, 600, xfs),
    { type: 'note', cell, text: 'the archive\nis stale' },
    { type: 'note', text: 'SIGINT: taking the cells down', topic: 'interruption' },
  );
  expect(frame(state, noon, wide, pen).slice(2)).toEqual([
    `note: ${cell}: the archive is stale`,
    '',
    'Ctrl-C: taking the cells down',
  ]);
  expect(frame(state, noon, { columns: 80, rows: 2 }, pen).at(-1)).toBe('Ctrl-C: taking the cells down');
});

test('a run that goes on: what had ended stays, what is run again waits', () => {
  const state = told(
    startedExpecting(1, 600, xfs, ext4),
    cellStarted(xfs),
    cellEnded(xfs, 'passed'),
    cellStarted(ext4),
    install,
    ended(true),
    { type: 'run-resumed', cells: [ext4.id] },
  );
  expect([...state.cells.values()].map(({ status }) => status)).toEqual(['passed', 'waiting']);
  expect([state.ended, state.startedAt]).toEqual([false, noon + 6000]);
});

test('what the plan leaves out is drawn where others run, and makes no row or column of its own', () => {
  const skip = (distro: string, fs: string): EventBody => ({
    type: 'cell-skipped',
    cell: { id: `${distro}-x86_64-${fs}`, distro, arch: 'x86_64', fs },
    because: 'no luck',
  });
  const state = told(
    startedExpecting(1, 600, xfs, ext4),
    skip('debian12', 'xfs'),
    skip('debian12', 'luks'),
    skip('old', 'xfs'),
  );
  expect(frame(state, noon, wide, pen).slice(2, 6)).toEqual([
    '          x86_64',
    '          ext4 xfs',
    'debian12  .    -',
    'debian13       .',
  ]);
});

describe.each([
  ['nightly', nightly, 2],
  ['240 cells', everything, 8],
] as const)('%s', (_, cells, jobs) => {
  const events = runOf(cells, jobs);
  const end = ((events.at(-1)?.time ?? 0) - noon) / 1000;
  const moments = [0, 1, 0.2 * end, 0.5 * end, 0.9 * end, end];

  test('fits into terminals of every size, at any moment', () => {
    for (const columns of [1, 5, 20, 39, 79, 119, 250]) {
      for (const rows of [1, 2, 5, 9, 23, 39, 100]) {
        for (const moment of moments) {
          const lines = frame(seen(until(events, moment)), noon + moment * 1000, { columns, rows }, pen);
          expect(lines.length).toBeLessThanOrEqual(rows);
          expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
        }
      }
    }
  });

  test('shows the rows in which something runs, however few lines there are', () => {
    for (const moment of moments.slice(1, -1)) {
      const state = seen(until(events, moment));
      const lines = frame(state, noon + moment * 1000, { columns: 79, rows: 15 }, pen);
      const running = [...state.cells.values()].filter(({ status }) => status === 'running');
      const rows = new Set(running.map(({ name }) => name.distro));
      const shown = [...rows].filter((distro) => lines.some((line) => new RegExp(`^${distro} .*[⠀-⣿]`).test(line)));
      expect(shown, lines.join('\n')).toEqual([...rows]);
    }
  });
});

test('where columns are few, names are cut so that they still differ', () => {
  const cells = ['ext3', 'ext4', 'xfs'].map((fs) => ({ ...xfs, fs, id: `debian13-x86_64-${fs}` }));
  const state = told(startedExpecting(1, 600, ...cells));
  const heads = (columns: number) => frame(state, noon, { columns, rows: 20 }, pen)[3]?.trim();
  expect([heads(40), heads(22), heads(19)]).toEqual(['ext3 ext4 xfs', 'ex3 ex4 xfs', 'e3 e4 xf']);
});

test('signs of ASCII where a terminal has no others', () => {
  const state = told(startedExpecting(1, 600, xfs, ext4), cellStarted(xfs), cellEnded(ext4, 'passed'));
  const lines = frame(state, noon + 9000, { columns: 80, rows: 20 }, { ...pen, unicode: false });
  expect(lines).toContain('+ 1 passed  o 1 running');
});

test("others' words are one line that moves no cursor, and wide letters count twice", () => {
  expect(harmless('\u001b[31mred\u001b[0m\r\n\tnext\u0007')).toBe('red next');
  expect([widthOf('日本語'), widthOf('✔ ok'), widthOf('\u001b[32m✔\u001b[39m')]).toEqual([6, 4, 1]);
  expect(clip('日本語です', 7)).toBe('日本語…');
});
