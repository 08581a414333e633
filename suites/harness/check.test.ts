import { expect, test } from 'vitest';
import { GuestFailure, HarnessError, UsageError } from '../../runners/errors.ts';
import { cellSuite } from './check.ts';
import { classify } from './classify.ts';
import { within } from './deadline.ts';

const details = { code: 'some-code', message: 'what was awaited', hint: 'do this', command: 'ls' };

test('a suite is plain data; two checks of one name are refused', () => {
  const open = async () => ({ [Symbol.asyncDispose]: async () => {} });
  const suite = cellSuite(open, (check) => {
    check('one', () => {});
    check('two', () => {}, { independent: true });
  });
  expect(suite.checks.map(({ title, independent }) => [title, independent])).toEqual([
    ['one', false],
    ['two', true],
  ]);
  const twice = () =>
    cellSuite(open, (check) => {
      check('one', () => {});
      check('one', () => {});
    });
  expect(twice).toThrow('two checks are called "one"');
});

test('the guest is blamed for what is its fault, and we for everything else', () => {
  const failure = new GuestFailure(details);
  expect(classify(failure)).toEqual({ status: 'failed', reason: { ...details, evidence: undefined } });
  expect(classify(new HarnessError(details))).toMatchObject({ status: 'error', reason: details });
  expect(classify(new UsageError(details))).toMatchObject({ status: 'error', reason: details });
  expect(classify(new TypeError('x is undefined'))).toMatchObject({
    status: 'error',
    reason: { code: 'bug', message: 'x is undefined', stack: expect.stringContaining('check.test.ts') },
  });
  expect(classify('a string')).toMatchObject({ status: 'error', reason: { code: 'bug', message: 'a string' } });
  expect(classify(new SuppressedError(new Error('umount'), failure)).reason.code).toBe('some-code');
});

test('a deadline names what was awaited, and lets through what comes in time', async () => {
  await expect(within(0.01, 'Godot', new Promise(() => {}))).rejects.toThrow('waited 0.01 s for Godot');
  await expect(within(5, 'Godot', Promise.resolve('here'))).resolves.toBe('here');
  await expect(within(5, 'Godot', Promise.reject(new Error('not today')))).rejects.toThrow('not today');
});
