import { describe, expect, test } from 'vitest';
import { loadMatrix } from '../../runners/matrix/load.ts';
import type { KnownFailure } from '../../runners/matrix/schema.ts';
import { suite } from '../cell.ts';
import type { Verdict } from './cell-run.ts';
import { againstKnown, requireChecks } from './known.ts';

const row: KnownFailure = {
  when: {},
  check: 'SSH logs in by key',
  signature: 'connection (refused|closed)',
  tracker: 'https://bugs.example/1',
  expires: '2026-11-23',
  because: 'sshd of this release starts late',
};
const failed = (message: string, hint?: string): Verdict => ({
  status: 'failed',
  reason: { code: 'ssh-refused', message, evidence: '/run/console.log', ...(hint ? { hint } : {}) },
});
const passed: Verdict = { status: 'passed' };
const today = '2026-11-23';
const judge = (verdict: Verdict, known: readonly KnownFailure[] = [row], day = today) =>
  againstKnown(verdict, known, day);

describe('a known failure', () => {
  test('is excused in its own words, to the day on which it expires', () => {
    expect(judge(failed('the connection refused us'))).toEqual({
      status: 'known',
      reason: {
        code: 'known-failure',
        message:
          'known until 2026-11-23: sshd of this release starts late (https://bugs.example/1): the connection refused us',
        evidence: '/run/console.log',
      },
    });
  });

  test('is a plain failure from the next day on, and says so beside the hint', () => {
    expect(judge(failed('connection closed', 'look'), [row], '2026-11-24')).toMatchObject({
      status: 'failed',
      reason: {
        code: 'ssh-refused',
        message: 'connection closed',
        hint: 'look; this was known until 2026-11-23 (https://bugs.example/1), and is known no longer',
      },
    });
  });

  test('does not excuse a failure in other words', () => {
    const { status, reason } = judge(failed('the guest panicked'));
    expect([status, reason?.code, reason?.message]).toEqual(['failed', 'ssh-refused', 'the guest panicked']);
    expect(reason?.hint).toBe(
      'this is not what is known of the check (https://bugs.example/1), whose message matches /connection (refused|closed)/',
    );
  });

  test('may be one of several of a check', () => {
    const other = { ...row, signature: 'no route', tracker: 'https://bugs.example/2', expires: '2027-01-01' };
    expect(judge(failed('no route to host'), [row, other]).status).toBe('known');
    expect(judge(failed('connection closed'), [row, other], '2026-12-01').status).toBe('failed');
    expect(judge(failed('connection closed'), [row, { ...row, expires: '2027-01-01' }], '2026-12-01').status).toBe(
      'known',
    );
  });

  test.each([today, '2027-01-01'])('that passes on %s is a failure of its own kind', (day) => {
    const { status, reason } = judge(passed, [row], day);
    expect(status).toBe('failed');
    expect(reason).toMatchObject({ code: 'known-failure-passed', hint: expect.stringContaining('take the row out') });
    expect(reason?.message).toContain('"SSH logs in by key" passes, but matrix.yaml knows it to fail');
  });

  test('says nothing about errors of ours, nor about what was not asked', () => {
    const error: Verdict = { ...failed('connection refused'), status: 'error' };
    const skipped: Verdict = { ...failed('connection refused'), status: 'skipped' };
    expect([judge(error), judge(skipped)]).toEqual([error, skipped]);
    expect(judge(failed('connection refused'), [])).toEqual(failed('connection refused'));
    expect(judge(passed, [])).toBe(passed);
  });
});

describe('requireChecks', () => {
  const titles = suite.checks.map(({ title }) => title);

  test('finds the check of every row of matrix.yaml', () => {
    requireChecks(loadMatrix()['known-failures'], titles);
  });

  test('refuses one of a check that there is not, with the nearest', () => {
    expect(() => requireChecks([{ ...row, check: 'SSH logs in by keys' }], titles)).toThrow(
      expect.objectContaining({
        fault: 'usage',
        code: 'unknown-check',
        message: expect.stringContaining('did you mean SSH logs in by key?'),
      }),
    );
  });
});
