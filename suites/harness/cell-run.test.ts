import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Surroundings } from '../../runners/cell/surroundings.ts';
import { GuestFailure } from '../../runners/errors.ts';
import type { EventBody } from '../../runners/events/event.ts';
import type { PlannedCell } from '../../runners/matrix/plan.ts';
import type { KnownFailure } from '../../runners/matrix/schema.ts';
import { CellRun } from './cell-run.ts';
import type { CellContext, Check, OpenCell } from './check.ts';

const cell = { id: 'debian13-x86_64-xfs', distro: 'debian13', arch: 'x86_64', fs: 'xfs' };
const planned = { cell, expected: 1 } as PlannedCell;
const turn = { rerun: './stub-matrix run', today: '2026-11-23', attempt: 1 };
const last = () => ({ outcome: undefined });

function cellRun(
  open: OpenCell<CellContext>,
  knownFailures: readonly KnownFailure[] = [],
  checks: readonly Check<CellContext>[] = [],
) {
  const events: EventBody[] = [];
  const user = new AbortController();
  const emit = (event: EventBody) => void events.push(event);
  const given = { emit, signal: user.signal, folder: '/', options: {} as Surroundings['options'] };
  return {
    run: new CellRun({ ...planned, knownFailures }, { open, checks }, given, turn),
    user,
    events,
  };
}

const check = (title: string, body = async () => {}) => ({ title, body, independent: true, meanwhile: false });

test('a cell that cannot be opened blocks even after an independent check', async () => {
  let opened = 0;
  const { run } = cellRun(async () => {
    opened += 1;
    throw new Error('no image');
  });
  expect(await run.judge(check('one'))).toMatchObject({ status: 'error', reason: { message: 'no image' } });
  expect(await run.judge(check('two'))).toMatchObject({
    status: 'skipped',
    reason: { message: 'because "one" failed' },
  });
  await run.close(last);
  expect(opened).toBe(1);
});

test('a guest that is lost blocks even after an independent check', async () => {
  const { run } = cellRun(async () => ({ lost: true, [Symbol.asyncDispose]: async () => {} }));
  const fails = async () => {
    throw new Error('panic');
  };
  expect(await run.judge(check('one', fails))).toMatchObject({ status: 'error' });
  expect(await run.judge(check('two'))).toMatchObject({ status: 'skipped' });
  await run.close(last);
});

test('what is still being opened at an interruption is taken down', async () => {
  let disposed = false;
  const { run, user, events } = cellRun(async () => {
    await sleep(50);
    return {
      [Symbol.asyncDispose]: async () => {
        disposed = true;
      },
    };
  });
  const judged = run.judge(check('one'));
  user.abort();
  expect(await judged).toMatchObject({ status: 'passed' });
  expect(await run.judge(check('two'))).toMatchObject({ status: 'error', reason: { code: 'interrupted' } });
  await run.close(last);
  expect(disposed).toBe(true);
  expect(events.at(-1)).toMatchObject({ type: 'cell-ended', status: 'error' });
});

test('a diagnosis that breaks is a note, and leaves the verdict as it is', async () => {
  const { run, events } = cellRun(async () => ({
    onFailure: () => {
      throw new Error('no shell');
    },
    [Symbol.asyncDispose]: async () => {},
  }));
  const broken = check('one', async () => {
    throw new Error('no answer');
  });
  expect(await run.judge(broken)).toMatchObject({ reason: { message: 'no answer' } });
  expect(events.at(-1)).toMatchObject({ type: 'note', text: 'the diagnosis broke off: no shell' });
});

const known = (archive: 'real' | 'stand-in'): KnownFailure => ({
  when: { arch: ['x86_64'], archive: [archive] },
  check: 'two',
  signature: 'no answer',
  tracker: 'https://bugs.example/1',
  expires: '2026-12-31',
  because: 'a failure that the test knows',
});
const silent = async () => {
  throw new GuestFailure({ code: 'no-answer', message: 'there was no answer' });
};

test('a known failure is told as such, and keeps the later checks from making sense all the same', async () => {
  let diagnosed = 0;
  const open = async () => ({
    archive: 'real' as const,
    onFailure: () => {
      diagnosed += 1;
    },
    [Symbol.asyncDispose]: async () => {},
  });
  const { run, events } = cellRun(open, [known('real')]);
  expect(await run.judge(check('one'))).toMatchObject({ status: 'passed' });
  const two = { ...check('two', silent), independent: false };
  expect(await run.judge(two)).toMatchObject({ status: 'known', reason: { code: 'known-failure' } });
  expect(await run.judge(check('three'))).toMatchObject({ status: 'skipped' });
  await run.close(last);
  expect(diagnosed).toBe(1);
  expect(events.at(-1)).toMatchObject({ type: 'cell-ended', status: 'known' });
});

test('what is known of the distribution is not known of its stand-in', async () => {
  const open = async () => ({ archive: 'stand-in' as const, [Symbol.asyncDispose]: async () => {} });
  const { run } = cellRun(open, [known('real')]);
  await run.judge(check('one'));
  expect(await run.judge(check('two', silent))).toMatchObject({ status: 'failed', reason: { code: 'no-answer' } });
  await run.close(last);
});

test('a check that passes although it is known to fail ends nothing: the guest is well', async () => {
  const { run, events } = cellRun(async () => ({ [Symbol.asyncDispose]: async () => {} }), [known('real')]);
  const two = { ...check('two'), independent: false };
  expect(await run.judge(two)).toMatchObject({ status: 'failed', reason: { code: 'known-failure-passed' } });
  expect(await run.judge(check('three'))).toMatchObject({ status: 'passed' });
  await run.close(last);
  expect(events.at(-1)).toMatchObject({ type: 'cell-ended', status: 'failed' });
});

describe('a check that goes on beside the others', () => {
  const open = async () => ({ [Symbol.asyncDispose]: async () => {} });
  const beside = (body: () => Promise<void>) => ({ ...check('beside', body), meanwhile: true });
  const required = { ...check('required'), independent: false };

  test('begins with the first of them, and is told in its turn with its own time', async () => {
    const other = Promise.withResolvers<void>();
    const slow = check('slow', async () => {
      await other.promise;
      await sleep(60);
    });
    let times = 0;
    const quick = beside(async () => {
      times += 1;
      other.resolve();
    });
    const last = check('last');
    const { run, events } = cellRun(open, [], [required, slow, last, quick]);
    for (const each of [required, slow, last, quick]) expect(await run.judge(each)).toMatchObject({ status: 'passed' });
    const ends = events.flatMap((event) => (event.type === 'check-ended' ? [event] : []));
    expect(ends.map((each) => each.check)).toEqual(['required', 'slow', 'last', 'beside']);
    expect(ends[3]?.seconds).toBeLessThan(0.05);
    expect(times).toBe(1);
  });

  test('does not begin before one that all later ones need', async () => {
    let begun = false;
    const later = beside(async () => {
      begun = true;
    });
    const first = check('first');
    const { run } = cellRun(open, [], [first, required, later]);
    await run.judge(first);
    await run.judge(required);
    expect(begun).toBe(false);
    expect(await run.judge(later)).toMatchObject({ status: 'passed' });
  });

  test('fails by itself, however early', async () => {
    const first = check('first', () => sleep(30));
    const early = beside(silent);
    const { run } = cellRun(open, [], [first, early]);
    expect(await run.judge(first)).toMatchObject({ status: 'passed' });
    expect(await run.judge(early)).toMatchObject({ status: 'failed', reason: { code: 'no-answer' } });
  });
});
