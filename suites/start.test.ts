import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readEvents } from '../reports/record.ts';
import { FixtureRuns } from './harness/fixture/fixture.test-support.ts';
import { rerunCommand, resumeCommand } from './rerun.ts';

/** The harness on suites of its own (harness/fixture), each run a process, as the command line would start it. */
const fixture = new FixtureRuns();
const latest = (file: string) => fixture.latest(file);
const trace = () => fixture.trace();
const verdicts = () => fixture.verdicts();
const run = (jobs: number, suite: string, ...behaviours: string[]) => fixture.run(jobs, suite, ...behaviours);
const start = (jobs: number, suite: string, ...behaviours: string[]) => fixture.start(jobs, suite, behaviours);

test('the command to run a cell again names the folders and the archive that are not the defaults', () => {
  const options = { keep: false, jobs: 1, console: 'serial', cacheFolder: '/c', outFolder: '/o' } as const;
  const again = './stub-matrix run --cell a-b-c';
  expect(rerunCommand('a-b-c', options, { cacheFolder: '/c', outFolder: '/o' })).toBe(again);
  expect(rerunCommand('a-b-c', options, { cacheFolder: '/d', outFolder: '/o' })).toBe(`${again} --cache /c`);
  expect(rerunCommand('a-b-c', options, undefined)).toBe(`${again} --cache /c --out /o`);
  const offline = { ...options, offline: true };
  expect(rerunCommand('a-b-c', offline, { cacheFolder: '/c', outFolder: '/o' })).toBe(`${again} --offline`);
  const folders = { cacheFolder: '/c', outFolder: '/o' };
  expect(rerunCommand('a-b-c', { ...options, archive: 'auto' }, folders)).toBe(`${again} --archive auto`);
  expect(rerunCommand('a-b-c', { ...options, archive: 'real' }, folders)).toBe(again);
  expect(rerunCommand('a-b-c', { ...options, retries: 2 }, folders)).toBe(`${again} --retries 2`);
  expect(rerunCommand('a-b-c', { ...options, repeat: 9 }, folders)).toBe(`${again} --repeat 9`);
  expect(resumeCommand('20261123', options, folders)).toBe('./stub-matrix run --resume 20261123');
  expect(resumeCommand('20261123', options, undefined)).toBe('./stub-matrix run --resume 20261123 --out /o');
});

test('each way to end a check has its verdict, and later checks are skipped because of it', async () => {
  const behaviours = ['passing', 'failing', 'wrong', 'erring', 'buggy', 'exiting', 'aside', 'unopenable', 'messy'];
  const { exitCode, output } = await run(3, 'cells', ...behaviours);
  expect(verdicts()).toEqual([
    'passing passed: first=passed aside=passed second=passed third=passed',
    'failing failed: first=passed aside=passed second=failed(guest-panicked) third=skipped(after-failure)',
    'wrong failed: first=passed aside=passed second=failed(assertion) third=skipped(after-failure)',
    'erring error: first=passed aside=passed second=error(qemu-died) third=skipped(after-failure)',
    'buggy error: first=passed aside=passed second=error(bug) third=skipped(after-failure)',
    'exiting error: first=passed aside=passed second=error(bug) third=skipped(after-failure)',
    'aside failed: first=passed aside=failed(no-answer) second=passed third=passed',
    'unopenable error: first=error(image-missing) aside=skipped(after-failure) second=skipped(after-failure) third=skipped(after-failure)',
    'messy error: first=passed aside=passed second=passed third=passed ended=error(teardown-failed)',
    'old skipped: planned=skipped(not-planned)',
  ]);
  expect(exitCode).toBe(1);
  expect(output).toContain('skipped  third: because "second" failed');
  expect(output).toContain('again: ./stub-matrix run --cell failing-x86_64-fs1');
  const junit = readFileSync(latest('junit.xml'), 'utf8');
  expect(junit).toContain('<property name="kernel" value="6.12"/>');
  expect(junit).toContain('tests="38" failures="3" errors="5"');
  expect(readdirSync(latest('cells'))).toHaveLength(behaviours.length);
});

test('what is known to fail is told apart, and so is what stands in for a distribution', async () => {
  const { exitCode, output } = await run(1, 'cells', 'known', 'mended', 'standing');
  expect(verdicts()).toEqual([
    'known known: first=passed aside=passed second=known(known-failure) third=skipped(after-failure)',
    'mended failed: first=passed aside=passed second=failed(known-failure-passed) third=passed',
    'standing passed: first=passed aside=passed second=passed third=passed',
    'old skipped: planned=skipped(not-planned)',
  ]);
  expect(exitCode).toBe(1);
  expect(output).toContain('matrix.yaml is out of date: second');
  expect(output).toContain('4 cells: 1 passed against a stand-in, 1 failed, 1 known, 1 skipped');
  expect((await run(1, 'cells', 'known')).exitCode).toBe(0);
});

test.each([1, 2])('the checks of a cell run in order, and %i cells at most side by side', async (jobs) => {
  const { exitCode } = await run(jobs, 'cells', 'passing', 'failing', 'passing', 'passing');
  expect(exitCode).toBe(1);
  const steps = trace().map((line) => line.split(' '));
  const of = (id: string) => steps.filter(([cell]) => cell === id).map(([, step]) => step);
  expect(of('passing-x86_64-fs0')).toEqual(['open', 'first', 'aside', 'second', 'third', 'close']);
  expect(of('failing-x86_64-fs1')).toEqual(['open', 'first', 'aside', 'second', 'onFailure', 'close']);
  let open = 0;
  const most = Math.max(
    ...steps.map(([, step]) => {
      open += step === 'open' ? 1 : step === 'close' ? -1 : 0;
      return open;
    }),
  );
  expect(most).toBe(jobs);
});

describe('exit codes', () => {
  test.each([
    [0, 'cells', ['passing']],
    [125, 'cells', ['erring', 'passing']],
    [125, 'cells', []],
    [125, 'unloadable', ['passing']],
    [125, 'empty', ['passing']],
    [125, 'nosuch', ['passing']],
    [125, 'cells', ['leaking']],
    [125, 'cells', ['misnamed']],
  ] as const)('%i for %s %s', async (code, suite, behaviours) => {
    const { exitCode, output } = await run(1, suite, ...behaviours);
    expect(exitCode, output).toBe(code);
  });

  test('the reason for telling nothing is told', async () => {
    expect((await run(1, 'unloadable', 'passing')).output).toContain('this suite cannot be loaded');
    expect(verdicts()[0]).toBe('passing error: ended=error(suite-broken)');
  });
});

test('when the thread dies, every check it owed is an error', async () => {
  const { exitCode, output } = await run(1, 'cells', 'crashing', 'passing');
  const owed = (checks: string[]) => checks.map((check) => `${check}=error(interrupted)`).join(' ');
  expect(verdicts().slice(0, 2)).toEqual([
    `crashing error: first=passed aside=passed ${owed(['second', 'third'])}`,
    `passing error: ${owed(['first', 'aside', 'second', 'third'])}`,
  ]);
  expect(exitCode).toBe(125);
  expect(output).toMatch(/exited unexpectedly with exit code 7/i);
});

describe('interruption', () => {
  const reached = (step: string) => expect.poll(trace, { timeout: 20_000 }).toContain(step);

  test.each(['SIGINT', 'SIGTERM'] as const)('%s: the cell is taken down, the rest is not begun', async (signal) => {
    const { running, end, output } = start(1, 'cells', 'waiting', 'passing');
    await reached('waiting-x86_64-fs0 second');
    running.kill(signal);
    expect(await end, output()).toBe(130);
    expect(trace().at(-1)).toBe('waiting-x86_64-fs0 close');
    const owed = 'first=error(interrupted) aside=error(interrupted) second=error(interrupted) third=error(interrupted)';
    expect(verdicts()[0]).toMatch(/^waiting error: first=passed aside=passed second=error\(interrupted\)/);
    expect(verdicts()[1]).toBe(`passing error: ${owed}`);
    expect(readFileSync(latest('junit.xml'), 'utf8')).toContain('the run was interrupted during &quot;second&quot;');
  });

  test('a check that does not heed it is given up after 5 s, its cell taken down', async () => {
    const { running, end, output } = start(1, 'cells', 'stubborn');
    await reached('stubborn-x86_64-fs0 second');
    running.kill('SIGINT');
    expect(await end, output()).toBe(130);
    expect(trace().at(-1)).toBe('stubborn-x86_64-fs0 close');
  });

  test('the second one ends it at once, with the record closed', async () => {
    const { running, end } = start(1, 'cells', 'blocking');
    await reached('blocking-x86_64-fs0 second');
    running.kill('SIGINT');
    await expect.poll(() => readFileSync(latest('events.ndjson'), 'utf8')).toContain('once more to leave at once');
    const before = Date.now();
    running.kill('SIGINT');
    expect(await end).toBe(130);
    expect(Date.now() - before).toBeLessThan(2000);
    expect(readEvents(latest('events.ndjson')).at(-1)).toMatchObject({ type: 'run-ended', interrupted: true });
  });
});
