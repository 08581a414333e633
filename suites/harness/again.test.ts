import { describe, expect, test } from 'vitest';
import type { AttemptResult } from '../../reports/fold.ts';
import type { Reason, Status } from '../../runners/events/event.ts';
import { anotherAttempt, masked } from './again.ts';
import { OUTDATED } from './known.ts';
import { diskFor, withDisk } from './retried-disk.ts';

const attempt = (status: Status, more: Partial<AttemptResult> & { reason?: Partial<Reason> } = {}): AttemptResult => {
  const { reason = {}, ...rest } = more;
  const check = { check: 'boots', status, seconds: 1, reason: { code: 'panic', message: 'no init', ...reason } };
  const nothing = { seconds: 1, phases: [], attachments: [] };
  return { attempt: 1, status, finished: true, checks: [check], ...nothing, ...rest };
};
const numbered = (attempts: readonly AttemptResult[]) =>
  attempts.map((each, place): AttemptResult => ({ ...each, attempt: place + 1 }));
const decide = (retries: number, ...attempts: AttemptResult[]) => anotherAttempt(numbered(attempts), { retries });
const saying = (message: string) => attempt('failed', { reason: { message } });

describe('whether a cell is attempted again', () => {
  test.each<[string, AttemptResult, boolean]>([
    ['a failure of the guest', attempt('failed'), true],
    ['an error of the harness', attempt('error'), true],
    ['a pass', attempt('passed'), false],
    ['a known failure', attempt('known'), false],
    ['a file that is out of date', attempt('failed', { reason: { code: OUTDATED } }), false],
    ['what was mistyped', attempt('error', { reason: { fault: 'usage' } }), false],
    ['an interruption', attempt('failed', { finished: false }), false],
  ])('%s', (_, first, again) => {
    expect(decide(1, first).again).toBe(again);
    expect(decide(0, first)).toEqual({ again: false });
  });

  test('so many times at most, and by what the last one says', () => {
    const [one, two] = [saying('no init'), saying('no disk')];
    expect(decide(2, one, two)).toEqual({ again: true, because: 'attempt 2 failed at "boots" [panic]' });
    expect(decide(1, one, two)).toEqual({ again: false });
    expect(decide(9, one, attempt('passed'))).toEqual({ again: false });
  });

  test('not after the same failure twice in a row, which is said', () => {
    const [slow, slower] = [saying('waited 60 s for 10.0.2.15:22'), saying('waited 61.5 s for 10.0.2.16:2222')];
    expect(decide(9, slow, slower)).toEqual({
      again: false,
      because: 'attempt 2 failed at "boots" [panic] as attempt 1 did: this is no flake',
    });
    expect(decide(9, slow, saying('no init'), slower).again).toBe(true);
    expect(
      decide(9, slow, attempt('failed', { reason: { code: 'hang', message: 'waited 1 s for 1.1:1' } })).again,
    ).toBe(true);
    // An error says nothing of the next one, however often it comes.
    expect(decide(9, attempt('error'), attempt('error'), attempt('error')).again).toBe(true);
  });

  test('by their diagnoses, where there are any', () => {
    const diagnosed = (signature: string, message: string) =>
      attempt('failed', { reason: { message }, diagnosis: { code: 'oops', sentence: '', lines: [], signature } });
    expect(decide(9, diagnosed('a', 'one'), diagnosed('a', 'two')).again).toBe(false);
    expect(decide(9, diagnosed('a', 'one'), diagnosed('b', 'one')).again).toBe(true);
  });

  test('a repeated cell, until it was run so many times, whatever came', () => {
    const of = (...attempts: AttemptResult[]) => anotherAttempt(attempts, { repeat: 3 }).again;
    expect([of(attempt('passed')), of(attempt('failed'), attempt('failed'))]).toEqual([true, true]);
    expect(of(attempt('passed'), attempt('error'), attempt('passed'))).toBe(false);
  });
});

test('what differs each time is masked, and words are not', () => {
  expect(masked('pid 4711 at 0xffff8881, 12:34:56.7, 6.12.48-1, 1f3e-4d5c: face the dead beef')).toBe(
    'pid # at #, #, #, #: face the dead beef',
  );
});

describe('the disk of the next attempt', () => {
  const phases = (...told: [string, boolean][]) =>
    attempt('failed', { phases: told.map(([name, ok]) => ({ name, ok, startedAt: 0, seconds: 1 })) });
  const fresh = { fresh: true, keep: false, jobs: 1, console: 'serial', cacheFolder: '/c', outFolder: '/o' } as const;
  const disk = (...attempts: AttemptResult[]) => diskFor({}, attempts);

  test('is what was asked for, until one was installed and kept', () => {
    expect(disk()).toBe('as-asked');
    expect(disk(phases(['install', false]))).toBe('as-asked');
    expect(disk(phases(['install', true], ['keep', false]))).toBe('as-asked');
    expect(disk(phases(['keep', true], ['boot-installed', true]))).toBe('kept');
    expect(diskFor({ repeat: 9 }, [phases(['keep', true])])).toBe('as-asked');
  });

  test('is installed anew once it did not boot twice', () => {
    const [installed, booted] = [phases(['keep', true], ['boot-installed', false]), phases(['boot-installed', false])];
    expect(disk(installed)).toBe('kept');
    expect(disk(installed, booted)).toBe('anew');
    // Then another disk is in question.
    expect(disk(installed, booted, installed)).toBe('kept');
  });

  test('decides what the attempt is asked for', () => {
    expect(withDisk(fresh, 'as-asked')).toBe(fresh);
    expect(withDisk(fresh, 'kept')).not.toHaveProperty('fresh');
    expect(withDisk({ ...fresh, fresh: false }, 'anew').fresh).toBe(true);
  });
});
