import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecord } from '../reports/record.ts';
import type { EventBody } from '../runners/events/event.ts';
import { ourselves } from '../runners/host/run-record.ts';
import type { PlannedCell } from '../runners/matrix/plan.ts';
import { writeRunFile } from '../suites/resume/run-file.ts';
import { commands } from './commands.ts';
import { parseFlags } from './flags.ts';
import { flagValues, resumedOf } from './resume.ts';

const run = '20261123-141502-4f2a';
const cells = ['xfs', 'ext4', 'btrfs'].map((fs) => ({ id: `a-b-${fs}`, distro: 'a', arch: 'b', fs }));

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'resume-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const parse = (...args: string[]) => parseFlags('run', args, commands.run?.flags ?? {}, []);
const surroundings = () => ({ cwd, env: { XDG_CACHE_HOME: '/x' }, arch: 'x86_64' });

const passed = (cell: string): EventBody[] => [
  { type: 'cell-started', cell, rerun: '' },
  { type: 'check-ended', cell, check: 'boots', status: 'passed', seconds: 1 },
  { type: 'cell-ended', cell, status: 'passed', seconds: 1 },
];
const failed = (cell: string): EventBody[] => [
  { type: 'cell-started', cell, rerun: '' },
  { type: 'check-ended', cell, check: 'boots', status: 'failed', seconds: 1, reason: { code: 'panic', message: '' } },
  { type: 'cell-ended', cell, status: 'failed', seconds: 1 },
];

/** A run in `out` that was started with these flags, and told that. */
function leave(flags: readonly string[], ...events: EventBody[]) {
  const path = join(cwd, 'out', run);
  mkdirSync(path, { recursive: true });
  symlinkSync(run, join(cwd, 'out/latest'));
  const planned = cells.map((cell) => ({ cell, expected: 60 }) as PlannedCell);
  writeRunFile(path, {
    version: 1,
    run,
    flags: flagValues(parse(...flags), { cwd }),
    plan: { run: planned, skip: [] },
    options: { keep: flags.includes('--keep'), jobs: 2, console: 'serial', cacheFolder: '/x', outFolder: '/elsewhere' },
  });
  using record = openRecord(join(path, 'events.ndjson'));
  record.emit({ type: 'run-started', run, cells, properties: {} });
  for (const event of events) record.emit(event);
  return path;
}

const resumed = (...args: string[]) => resumedOf(parse('--resume', ...args, '--out', 'out'), surroundings());
const refused = (code: string, message: string | RegExp) =>
  expect.objectContaining({ fault: 'usage', code, message: expect.stringMatching(message) });

describe('resumedOf', () => {
  it('has what the run has not finished, with the options that it was started with', () => {
    const path = leave([], ...passed('a-b-xfs'), ...failed('a-b-ext4'));
    const { plan, options, runPath } = resumed();
    expect(plan.run.map(({ cell }) => cell.id)).toEqual(['a-b-btrfs']);
    expect(plan.unselected.map(({ id }) => id)).toEqual(['a-b-xfs', 'a-b-ext4']);
    expect(options).toMatchObject({ jobs: 2, outFolder: join(cwd, 'out') });
    expect(runPath).toBe(path);
    expect(resumed(run).runPath).toBe(path);
    expect(resumed(path).runPath).toBe(path);
  });

  it('takes anew what says how to run: with --retries, those that failed are not finished', () => {
    leave(['--jobs', '2'], ...passed('a-b-xfs'), ...failed('a-b-ext4'));
    const { plan, changes } = resumed('--jobs', '3', '--retries', '1');
    expect(plan.run.map(({ cell }) => cell.id)).toEqual(['a-b-ext4', 'a-b-btrfs']);
    expect(changes).toEqual({ jobs: 3, retries: 1 });
  });

  it('takes the same flags once more, however they are typed', () => {
    leave(['--profile', 'nightly', '--fresh', '--cache', join(cwd, 'c')]);
    expect(resumed('--profile', 'nightly').plan.run).toHaveLength(3);
    expect(resumed('--fresh', '--cache', 'c').plan.run).toHaveLength(3);
  });

  it.each([
    [['--profile', 'full'], /^--profile full contradicts run .*-4f2a, which was started with --profile nightly$/],
    [['--fresh'], /^--fresh contradicts .* started without --fresh$/],
    [['--repeat', '3'], /^--repeat 3 contradicts .* started without --repeat$/],
    [['--distro', 'debian13,debian12'], /^--distro debian12,debian13 contradicts /],
  ])('refuses %j beside a run of --profile nightly', (flags, message) => {
    leave(['--profile', 'nightly']);
    expect(() => resumed(...flags)).toThrow(refused('resume-contradicts', message));
  });

  it('refuses what does not go with what the run was started with', () => {
    leave(['--keep']);
    expect(() => resumed('--retries', '1')).toThrow(refused('keep-and-again', /--retries starts the cell anew/));
  });

  it('refuses a run that came to its end', () => {
    const all = cells.flatMap(({ id }) => passed(id));
    leave([], ...all, { type: 'run-ended', interrupted: false });
    expect(() => resumed()).toThrow(refused('nothing-to-resume', /there is nothing to resume/));
  });

  it('takes one of which only the end is missing', () => {
    leave([], ...cells.flatMap(({ id }) => passed(id)));
    expect(resumed().plan.run).toEqual([]);
  });

  it('refuses a run that still goes on, and one of which that cannot be seen', () => {
    const path = leave([]);
    const owner = ourselves();
    const isOwnedBy = (other: object) =>
      writeFileSync(join(path, 'owner.json'), JSON.stringify({ ...owner, ...other }));
    isOwnedBy({});
    expect(() => resumed()).toThrow(refused('run-goes-on', `is still going on: process ${process.pid}$`));
    isOwnedBy({ host: 'elsewhere' });
    expect(() => resumed()).toThrow(refused('run-elsewhere', /started on elsewhere/));
    // The same pid, handed out again.
    isOwnedBy({ startTime: owner.startTime + 1 });
    expect(resumed().plan.run).toHaveLength(3);
  });

  it('refuses a run that there is not, with the nearest', () => {
    expect(() => resumed()).toThrow(refused('unknown-run', /there is no run "latest" in .*\/out,/));
    const path = leave([]);
    expect(() => resumed('20261123-141502-4f2b')).toThrow(
      refused('unknown-run', /did you mean 20261123-141502-4f2a\?/),
    );
    rmSync(join(path, 'run.json'));
    expect(() => resumed()).toThrow(refused('run-not-resumable', /has no run\.json/));
  });
});
