import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertJUnitToCTRFReport } from 'junit-to-ctrf';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import type { CellName, EventBody } from '../../runners/events/event.ts';
import { foldRun } from '../fold.ts';
import { broken, cellEnded, cellStarted, ended, known, passed, stamped, started, xfs } from '../sample.ts';
import { writeJunit } from './junit.ts';

/** A consumer that nobody here wrote: the reader of JUnit files of the Common Test Report Format. */

const folder = mkdtempSync(join(tmpdir(), 'consumer-'));
afterAll(() => rmSync(folder, { recursive: true }));

const schema = readFileSync(new URL('./surefire.xsd', import.meta.url), 'utf8');
const cellNamed = (distro: string): CellName => ({ id: `${distro}-x86_64-xfs`, distro, arch: 'x86_64', fs: 'xfs' });
const attempt = (cell: CellName, number: number, ...checks: EventBody[]): EventBody[] => {
  const status = checks.some((each) => 'status' in each && each.status === 'failed') ? 'failed' : 'passed';
  return [{ ...cellStarted(cell), attempt: number } as EventBody, ...checks, cellEnded(cell, status)];
};
const console = (cell: CellName, text: string): EventBody => {
  const path = join(folder, `${text}.log`);
  writeFileSync(path, `${text}\n`);
  return { type: 'attachment', cell: cell.id, name: 'console', path };
};
const skipped = (cell: CellName, check: string): EventBody => ({
  type: 'check-ended',
  cell: cell.id,
  check,
  status: 'skipped',
  seconds: 0,
  reason: { code: 'after-failure', message: 'because "boots" failed' },
});

const [good, bad, flaky, knowing, erring] = ['good', 'bad', 'flaky', 'knowing', 'erring'].map(cellNamed) as [
  CellName,
  CellName,
  CellName,
  CellName,
  CellName,
];

let consumed: Awaited<ReturnType<typeof consume>>;
beforeAll(async () => {
  consumed = await consume();
});

async function consume() {
  const events = [
    started(good, bad, flaky, knowing, erring),
    { type: 'cell-skipped', cell: xfs, because: 'no luck' } as EventBody,
    ...attempt(good, 1, passed(good, 'boots')),
    ...attempt(bad, 1, console(bad, 'first'), broken(bad, 'boots', 'failed', 'panic'), skipped(bad, 'SSH')),
    ...attempt(bad, 2, console(bad, 'second'), broken(bad, 'boots', 'error', 'qemu-died'), skipped(bad, 'SSH')),
    ...attempt(bad, 3, console(bad, 'third'), broken(bad, 'boots', 'failed', 'hung'), skipped(bad, 'SSH')),
    ...attempt(flaky, 1, console(flaky, 'bad'), broken(flaky, 'boots', 'failed', 'panic'), skipped(flaky, 'SSH')),
    ...attempt(flaky, 2, broken(flaky, 'boots', 'error', 'qemu-died'), broken(flaky, 'ended', 'error', 'teardown')),
    ...attempt(flaky, 3, passed(flaky, 'boots'), passed(flaky, 'SSH')),
    ...attempt(knowing, 1, passed(knowing, 'boots'), known(knowing, 'SSH')),
    ...attempt(erring, 1, broken(erring, 'boots', 'error', 'no-image')),
    ended(),
  ];
  const path = join(folder, 'junit.xml');
  writeJunit(foldRun(stamped(...events)), path);
  const xml = readFileSync(path, 'utf8');
  expect((await validateXML({ xml, schema })).errors).toEqual([]);
  const report = await convertJUnitToCTRFReport(path, { useSuiteName: true });
  return { xml, report: report?.results };
}

test('a public reader of JUnit sees what passed, failed, was skipped and is flaky, each once', () => {
  const { report } = consumed;
  expect(report?.summary).toMatchObject({
    tests: 10,
    passed: 5,
    failed: 2,
    skipped: 3,
    pending: 0,
    other: 0,
    flaky: 2,
  });
  const told = report?.tests.map(({ suite, name, status, flaky, retries, message }) => [
    ...[String(suite), name.replace(`${suite}: `, ''), status, flaky ?? false, retries ?? 0, message],
  ]);
  const suite = (cell: CellName) => expect.stringContaining(cell.id);
  const waited = 'waited 60 s for boots';
  expect(told).toEqual([
    [suite(good), 'boots', 'passed', false, 0, undefined],
    [suite(bad), 'boots', 'failed', false, 2, waited],
    [suite(bad), 'SSH', 'skipped', false, 0, undefined],
    [suite(flaky), 'boots', 'passed', true, 2, undefined],
    [suite(flaky), 'SSH', 'passed', false, 0, undefined],
    [suite(flaky), 'ended', 'passed', true, 1, undefined],
    [suite(knowing), 'boots', 'passed', false, 0, undefined],
    [suite(knowing), 'SSH', 'skipped', false, 0, undefined],
    [suite(erring), 'boots', 'failed', false, 0, waited],
    [suite(xfs), 'planned', 'skipped', false, 0, undefined],
  ]);
});

test('each attempt that went wrong is told with its own reason and its own console', () => {
  const { report } = consumed;
  const of = (cell: CellName, check: string) =>
    report?.tests.find(({ suite, name }) => String(suite).includes(cell.id) && name.endsWith(check));
  expect(of(flaky, 'boots')?.retryAttempts).toMatchObject([
    { status: 'failed', stdout: ['bad', expect.stringContaining('[[ATTACHMENT|')] },
    { status: 'failed', trace: expect.stringContaining('waited 60 s') },
  ]);
  expect(of(bad, 'boots')?.stdout).toContain('first');
  expect(of(bad, 'boots')?.retryAttempts?.map(({ stdout }) => stdout?.[0])).toEqual(['third', 'second']);
});

test('Surefire has them in its own order, and none of them counts', () => {
  const { xml } = consumed;
  const [, bads = '', flakies = ''] = xml.split(/<testcase [^>]*name="boots"[^>]*>/).slice(1);
  const elements = (text: string) =>
    [...text.matchAll(/<(\w+)[^>]* type="([\w-]+)"/g)].map(([, name, type]) => [name, type]);
  expect(elements(bads)).toEqual([
    ['failure', 'panic'],
    ['rerunFailure', 'hung'],
    ['rerunError', 'qemu-died'],
  ]);
  expect(elements(flakies)).toEqual([
    ['flakyFailure', 'panic'],
    ['flakyError', 'qemu-died'],
    ['flakyError', 'teardown'],
  ]);
  expect(xml).toContain('tests="10" failures="1" errors="1">');
  expect(xml).toContain('<property name="attempts" value="failed, error, passed"/>');
});
