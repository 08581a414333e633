import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../runners/events/event.ts';
import { noon } from '../sample.ts';
import { everything, nightly, runOf } from './nightly.test-support.ts';
import { openTerminal, patience, type Terminal } from './tmux.test-support.ts';

/** The view in real terminals: what stands on them is what a user sees. */
vi.setConfig({ testTimeout: 5 * patience });

const node = process.execPath;
const here = import.meta.dirname;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'view-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A replay of these events from so many seconds on. */
function replay(events: readonly RunEvent[], from: number, environment = '', speed = 1): string {
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return `${environment} ${node} ${here}/replay.ts ${file} ${speed} ${from}`;
}

/** In the first line of a frame. */
const timeLeft = /\d\d:\d\d, about \S+ left/;
const count = (lines: readonly string[], pattern: RegExp) => lines.filter((line) => pattern.test(line)).length;

/** What must hold of every screen: one frame, whole, and no line of another. */
function oneFrame(terminal: Terminal, columns: number, rows: number): string[] {
  const lines = terminal.screen();
  expect(lines.length).toBeLessThanOrEqual(rows);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
  expect(count(lines, timeLeft), lines.join('\n')).toBe(1);
  expect(count(lines, /^ {6,}\S/), lines.join('\n')).toBe(rows > 10 ? 2 : 0);
  expect(count(lines, /✔ \d+ passed/), lines.join('\n')).toBe(1);
  return lines;
}

test.each([
  [80, 24],
  [120, 40],
  [40, 24],
])('the nightly at %i×%i: one frame with the matrix, what runs and what failed', async (columns, rows) => {
  using terminal = openTerminal(columns, rows, replay(runOf(nightly, 2), 2700));
  await terminal.shows(/✘ centos7-x86_64-xfs/);
  const lines = oneFrame(terminal, columns, rows);
  expect(count(lines, /rocky8-x86_64-xfs/)).toBe(1);
  expect(count(lines, /QEMU was ended|dracut waits/)).toBeGreaterThan(0);
});

test('a terminal that changes its size shows one frame each time, as wide as it is then', async () => {
  using terminal = openTerminal(100, 60, `echo before; ${replay(runOf(nightly, 2), 2700)}`);
  /** Nothing of an earlier frame has stayed above this one, and what others wrote has. */
  const first = (lines: readonly string[]) => {
    expect(lines[lines[0] === 'before' ? 1 : 0], lines.join('\n')).toMatch(timeLeft);
    expect(terminal.history()[0]).toBe('before');
  };
  await terminal.shows(/of about 06:00 {2}install/);
  terminal.resize(40, 60);
  await terminal.shows(/…$/m);
  first(oneFrame(terminal, 40, 60));
  terminal.resize(40, 20);
  await terminal.shows(/^and \d+ more: /m);
  first(oneFrame(terminal, 40, 20));
  terminal.resize(30, 10);
  await expect.poll(() => terminal.screen()[0], { timeout: patience }).toMatch(timeLeft);
  oneFrame(terminal, 30, 10);
  // What has scrolled out of a terminal may come back when it grows; then it stands above.
  terminal.resize(120, 40);
  await terminal.shows(/run 20261123-141502-4f2a/);
  const lines = terminal.screen();
  expect(lines.slice(lines.findLastIndex((line) => timeLeft.test(line)))).toHaveLength(36);
  expect(terminal.history()[0]).toBe('before');
});

test.each([24, 16])('240 cells in %i lines: the rows in which something runs are there', async (rows) => {
  using terminal = openTerminal(80, rows, replay(runOf(everything, 4), 7200));
  await terminal.shows(/^and \d+ more: \d+ of \d+ cells done/m);
  const lines = oneFrame(terminal, 80, rows);
  const running = lines.filter((line) => /^[\u2800-\u28ff] /.test(line)).map((line) => line.split(/[ -]/)[1]);
  expect(running.length).toBeGreaterThan(0);
  for (const distro of running) {
    expect(count(lines, new RegExp(`^${distro} .*[\u2800-\u28ff]`)), lines.join('\n')).toBe(1);
  }
});

test('what others print stands above the frame, whole lines, and stays', async () => {
  const file = join(folder, 'ticks');
  using terminal = openTerminal(80, 24, `${node} ${here}/noisy.test-support.ts ${file}`);
  await expect
    .poll(
      () =>
        terminal
          .history()
          .filter((line) => /^(warning|word)/.test(line))
          .slice(0, 4),
      { timeout: patience },
    )
    .toEqual(['warning 1: begun, and ended', 'word 1', 'warning 2: begun, and ended', 'word 2']);
  oneFrame(terminal, 80, 24);
  const history = terminal.history();
  const title = history.findIndex((line) => timeLeft.test(line));
  expect(count(history, timeLeft), history.join('\n')).toBe(1);
  expect(history.findLastIndex((line) => /^(warning|word)/.test(line))).toBeLessThan(title);
});

test('a terminal that is halted does not halt the run, and shows it as it is once it goes on', async () => {
  const file = join(folder, 'ticks');
  using terminal = openTerminal(80, 24, `${node} ${here}/noisy.test-support.ts ${file}`);
  const title = () => terminal.screen().find((line) => timeLeft.test(line));
  const goesOn = async () => {
    const { size } = statSync(file);
    await expect.poll(() => statSync(file).size, { timeout: patience }).toBeGreaterThan(size + 60);
  };
  await terminal.shows(timeLeft);
  terminal.press('C-s');
  await goesOn();
  const halted = title();
  await goesOn();
  expect(title()).toBe(halted);
  terminal.press('C-q');
  await expect.poll(title, { timeout: patience }).not.toBe(halted);
  oneFrame(terminal, 80, 24);
});

describe('at its end', () => {
  test('the matrix stays, and what is printed next stands below it', async () => {
    const events = runOf(nightly, 2).filter(({ time }) => time < noon + 400_000);
    const done: RunEvent = { time: noon + 401_000, type: 'run-ended', interrupted: false };
    using terminal = openTerminal(80, 30, `echo before; ${replay([...events, done], 398)}`);
    await terminal.shows(/exit 0/);
    const lines = terminal.history();
    expect(lines[0]).toBe('before');
    expect(lines[1]).toMatch(/x86_64 +aarch64 +riscv64/);
    expect(lines.at(-2)).toMatch(/^✔ 2 passed/);
    expect(lines.at(-1)).toBe('exit 0');
  });

  test('of kill -9, too, the terminal is as it was', async () => {
    using terminal = openTerminal(
      80,
      24,
      `stty -a; ${replay(runOf(nightly, 2), 2700)} & echo $! > ${folder}/pid; wait; stty -a`,
    );
    await terminal.shows(/about/);
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGKILL');
    await terminal.shows(/exit 0/);
    expect([terminal.is('cursor_flag'), terminal.is('alternate_on'), terminal.is('wrap_flag')]).toEqual([
      '1',
      '0',
      '1',
    ]);
    const settings = terminal
      .history()
      .join('\n')
      .split('speed ')
      .slice(1)
      .map((text) => text.split('\n').slice(0, 6));
    expect(settings[0]).toEqual(settings[1]?.map((line) => line));
  });
});

describe('lines instead', () => {
  test.each(['TERM=dumb', 'CI=true'])('with %s', async (environment) => {
    const events = runOf(nightly.slice(0, 1), 1);
    using terminal = openTerminal(80, 24, replay(events, 0, environment));
    await terminal.shows(/exit 0/);
    expect(terminal.history().join('\n')).toContain('debian13-riscv64-xfs  install …');
  });
});

/** The whole program, on a suite of the harness's own. */
describe('Ctrl-C', () => {
  const fixture = join(here, '../../suites/harness/fixture/main.ts');
  const run = (behaviour: string) => `${node} ${fixture} ${folder} 1 cells ${behaviour} passing`;
  const reached = () =>
    expect
      .poll(() => existsSync(join(folder, 'latest/trace')) && readFileSync(join(folder, 'latest/trace'), 'utf8'), {
        timeout: patience,
      })
      .toContain('fs0 second');

  test('once: the view says what happens, then stands the report', async () => {
    using terminal = openTerminal(80, 24, run('stubborn'));
    await reached();
    await terminal.shows(/of about 00:01|expected 00:01/);
    terminal.press('C-c');
    await terminal.shows(/^Ctrl-C: taking the cells down, 30 s at most; once more to leave at once/m);
    await terminal.shows(/exit 130/);
    const history = terminal.history();
    expect(history.slice(-8).join('\n')).toMatch(
      /interrupted\n.*cells: .*\nreport: .*index.html\njunit: .*junit.xml\nto go on with what is not finished: (.*\n)+exit 130/,
    );
    expect(count(history, /^Ctrl-C:/)).toBe(0);
  });

  test('twice: at once, and the terminal is as it was', async () => {
    using terminal = openTerminal(80, 24, run('blocking'));
    await reached();
    terminal.press('C-c');
    await terminal.shows(/^Ctrl-C: taking the cells down/m);
    const before = Date.now();
    terminal.press('C-c');
    await terminal.shows(/exit 130/);
    // Sooner than the 30 s that cells have for being taken down.
    expect(Date.now() - before).toBeLessThan(25_000);
    expect([terminal.is('cursor_flag'), terminal.is('alternate_on')]).toEqual(['1', '0']);
  });
});

test('tmux is there', () => {
  expect(execFileSync('tmux', ['-V'], { encoding: 'utf8' })).toMatch(/^tmux/);
});
