import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FixtureRuns } from './harness/fixture/fixture.test-support.ts';

/** Cells that fail and are tried again, in processes of their own. */
const fixture = new FixtureRuns();

/** The cells as `behaviour status flaky: status of each attempt`. */
const attempts = () =>
  fixture.cells().flatMap(({ cell, status, flaky, attempts, because }) => {
    const each = attempts.map((attempt) => attempt.status).join(' ');
    return because === undefined ? [`${cell.distro} ${status}${flaky ? ' flaky' : ''}: ${each}`] : [];
  });
const ends = () => fixture.events().flatMap((event) => (event.type === 'cell-ended' ? [event] : []));

test('a failure is tried again by rules: what is no chance is not, and what passes at last is flaky', async () => {
  const behaviours = [
    'passing',
    'flaky',
    'shaky',
    'unlucky',
    'erring',
    'silent',
    'changing',
    'mistyped',
    'known',
    'mended',
  ];
  const { exitCode, output } = await fixture.run(3, 'cells', '--retries=2', ...behaviours);
  expect(attempts()).toEqual([
    'passing passed: passed',
    'flaky passed flaky: failed passed',
    'shaky passed flaky: failed failed passed',
    'unlucky passed flaky: error error passed',
    'erring error: error error error',
    'silent failed: failed failed',
    'changing failed: failed failed failed',
    'mistyped error: error',
    'known known: known',
    'mended failed: failed',
  ]);
  expect(exitCode).toBe(1);
  expect(output).toContain(
    'silent-x86_64-fs5: attempt 2 failed at "second" [no-answer] as attempt 1 did: this is no flake',
  );
  expect(output).toContain('--cell changing-x86_64-fs6 --retries 2');
});

test('each attempt is the whole cell from its beginning, with its own evidence, and says whether another follows', async () => {
  await fixture.run(1, 'cells', '--retries=1', 'flaky');
  const whole = ['open', 'first', 'aside', 'second'];
  expect(fixture.trace().map((line) => line.split(' ').slice(1).join(' '))).toEqual([
    ...[...whole, 'onFailure guest-panicked', 'close'],
    ...[...whole, 'third', 'close'],
  ]);
  expect(readFileSync(fixture.latest('cells/flaky-x86_64-fs0/evidence'), 'utf8')).toBe('attempt 1\n');
  expect(readFileSync(fixture.latest('cells/flaky-x86_64-fs0/attempt-2/evidence'), 'utf8')).toBe('attempt 2\n');
  expect(ends()).toMatchObject([
    { status: 'failed', again: 'attempt 1 failed at "second" [guest-panicked]' },
    { status: 'passed' },
  ]);
  expect(ends()[1]).not.toHaveProperty('again');
});

test('without --retries nothing is tried again', async () => {
  expect((await fixture.run(1, 'cells', 'flaky')).exitCode).toBe(1);
  expect(attempts()).toEqual(['flaky failed: failed']);
});

test('what an attempt has installed the next one boots; twice in vain, and it is installed again', async () => {
  expect((await fixture.run(1, 'cells', '--retries=2', '--fresh', 'installing', 'flaky')).exitCode).toBe(0);
  const opens = (cell: string) => fixture.trace().filter((line) => new RegExp(`^${cell}.* (fresh|open)`).test(line));
  const words = (lines: string[]) => lines.map((line) => line.split(' ')[1]);
  expect(words(opens('installing'))).toEqual(['fresh', 'open', 'open', 'fresh', 'open']);
  // Nothing was installed before it failed.
  expect(words(opens('flaky'))).toEqual(['fresh', 'open', 'fresh', 'open']);
  const [first, second] = ends();
  expect(first?.again).toMatch(/, with the disk that was installed$/);
  expect(second?.again).toMatch(/, installed anew, since the disk did not boot twice$/);
});

test('a cell that is repeated runs so many times whatever comes, and the worst of them is its verdict', async () => {
  const { exitCode, output } = await fixture.run(2, 'cells', '--repeat=4', 'flaky', 'passing', 'silent', 'unlucky');
  expect(attempts()).toEqual([
    'flaky failed: failed passed passed passed',
    'passing passed: passed passed passed passed',
    'silent failed: failed failed failed failed',
    'unlucky error: error error passed passed',
  ]);
  expect(exitCode).toBe(1);
  expect(output).toContain('passed 3 of 4: 75.0 % (95 % confidence: 30.1 % to 95.4 %)');
  expect(output).toContain('passed 2 of 2: 100 % (95 % confidence: 34.2 % to 100 %), and 2 that could not tell');
  const junit = readFileSync(fixture.latest('junit.xml'), 'utf8');
  expect(junit).toContain(
    '<property name="pass rate" value="passed 3 of 4: 75.0 % (95 % confidence: 30.1 % to 95.4 %)"/>',
  );
  expect(fixture.trace().filter((line) => line === 'flaky-x86_64-fs0 close')).toHaveLength(4);
  expect(existsSync(fixture.latest('cells/passing-x86_64-fs1/attempt-4/evidence'))).toBe(true);
  expect((await fixture.run(1, 'cells', '--repeat=2', 'passing')).exitCode).toBe(0);
});
