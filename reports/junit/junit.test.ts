import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import type { EventBody } from '../../runners/events/event.ts';
import { foldRun } from '../fold.ts';
import {
  broken,
  cellArchive,
  cellEnded,
  cellStarted,
  ended,
  ext4,
  known,
  passed,
  stamped,
  started,
  xfs,
} from '../sample.ts';
import { clean } from './clean.ts';
import { junitXml } from './junit.ts';

const schema = readFileSync(new URL('./surefire.xsd', import.meta.url), 'utf8');
const problems = async (xml: string) => (await validateXML({ xml, schema })).errors.map((error) => error.message);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'junit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function sample(): EventBody[] {
  const console = join(folder, 'console.log');
  const log = Array.from({ length: 100 }, (_, index) => `\x1b[32mline ${index}\x1b[0m\r`).join('\n');
  writeFileSync(console, `${log}\nend ]]> of ]]> it \0\x07\ud800\n`);
  const skip = { code: 'after-failure', message: 'because "SSH <logs> in & out" failed' };
  return [
    started(ext4, xfs),
    { type: 'cell-skipped', cell: { ...xfs, fs: 'btrfs', id: 'debian13-x86_64-btrfs' }, because: 'no Btrfs' },
    cellStarted(xfs),
    { type: 'cell-fact', cell: xfs.id, name: 'kernel', value: '6.12.48' },
    { type: 'attachment', cell: xfs.id, name: 'console', path: console },
    { type: 'attachment', cell: xfs.id, name: 'qemu-argv', path: join(folder, 'argv') },
    passed(xfs, 'stub reaches the root shell'),
    broken(xfs, 'SSH <logs> in & out', 'failed', 'ssh-refused'),
    { type: 'check-ended', cell: xfs.id, check: 'LLMNR answers', status: 'skipped', seconds: 0, reason: skip },
    cellEnded(xfs, 'failed'),
    cellStarted(ext4),
    broken(ext4, 'stub reaches the root shell', 'error', 'qemu-died'),
    ended(false, { code: 'suite-error', message: 'the worker \x1b[31mdied\x1b[0m' }),
  ];
}

test('a report of everything that can happen is valid', async () => {
  expect(await problems(junitXml(foldRun(stamped(...sample()))))).toEqual([]);
});

test('so is one of a run that came to its end', async () => {
  const events = stamped(started(xfs), cellStarted(xfs), passed(xfs, 'boots'), cellEnded(xfs, 'passed'), ended());
  expect(await problems(junitXml(foldRun(events)))).toEqual([]);
});

test('so is one of a run in which nothing happened', async () => {
  const xml = junitXml(foldRun([]));
  expect(xml).toContain('type="nothing-ran"');
  expect(await problems(xml)).toEqual([]);
});

test('a known failure is skipped with its reason, so that it neither fails a build nor counts as passed', async () => {
  const events = [
    started(xfs),
    cellStarted(xfs),
    passed(xfs, 'boots'),
    known(xfs, 'SSH'),
    cellEnded(xfs, 'known'),
    ended(),
  ];
  const xml = junitXml(foldRun(stamped(...events)));
  expect(await problems(xml)).toEqual([]);
  expect(xml).toContain('<testsuite name="debian13-x86_64-xfs" time="754"');
  expect(xml).toContain('tests="2" failures="0" errors="0" skipped="1"');
  expect(xml).toContain('<skipped message="known until 2027-03-31: no luck (https://bugs.example/1)"/>');
});

test('what ran against a stand-in has a suite and classes of its own', async () => {
  const standIn = [cellStarted(xfs), cellArchive(xfs, 'stand-in'), passed(xfs, 'boots'), cellEnded(xfs, 'passed')];
  const real = [cellStarted(ext4), cellArchive(ext4, 'real'), passed(ext4, 'boots'), cellEnded(ext4, 'passed')];
  const xml = junitXml(foldRun(stamped(started(xfs, ext4), ...standIn, ...real, ended())));
  expect(await problems(xml)).toEqual([]);
  expect(xml).toContain('<testsuite name="debian13-x86_64-xfs (stand-in)"');
  expect(xml).toContain('<property name="stand-in" value="what ran is no verdict on the distribution itself"/>');
  expect(xml).toContain('<testcase classname="stand-in.x86_64.debian13.xfs" name="boots"');
  expect(xml).not.toContain('stub.x86_64.debian13');
  expect(xml).toContain('<testcase classname="stub.x86_64.debian12.ext4" name="boots"');
});

test.each([
  ['a test case without a time', / time="1.235"/, '', "attribute 'time' is required"],
  ['a failure without a type', / type="ssh-refused"/, '', "attribute 'type' is required"],
  ['a skip without a reason', /<skipped message="[^"]*"/, '<skipped', "attribute 'message' is required"],
  ['an attribute that Jenkins does not know', /<testsuites /, '<testsuites skipped="2" ', "'skipped' is not allowed"],
  [
    'an element that Jenkins does not know',
    '<skipped',
    '<omitted/><skipped',
    "'omitted': This element is not expected",
  ],
  ['a name that occurs twice', 'name="LLMNR answers"', 'name="stub reaches the root shell"', 'Duplicate key-sequence'],
])('the schema refuses %s', async (_name, from, to, message) => {
  const xml = junitXml(foldRun(stamped(...sample())));
  const spoilt = xml.replace(from, to);
  expect(spoilt).not.toBe(xml);
  expect((await problems(spoilt)).join('\n')).toContain(message);
});

test('fault, reason, place and evidence are all in it', () => {
  const xml = junitXml(foldRun(stamped(...sample())));
  const parts = [
    '<testsuites name="stub-matrix 20261123-141502-4f2a" tests="7" failures="1" errors="3">',
    '<testsuite name="debian13-x86_64-xfs" time="754" timestamp="2026-11-23T14:15:04" tests="3" failures="1" errors="0" skipped="1" hostname="bench">',
    '<property name="commit" value="888913e"/>',
    '<property name="kernel" value="6.12.48"/>',
    '<property name="rerun" value="./stub-matrix run --cell debian13-x86_64-xfs"/>',
    '<testcase classname="stub.x86_64.debian13.xfs" name="stub reaches the root shell" time="1.235"/>',
    '<failure message="waited 60 s for SSH &lt;logs> in &amp; out" type="ssh-refused">',
    'next: look at the console\n  $ less console.log',
    '<skipped message="because &quot;SSH &lt;logs> in &amp; out&quot; failed"/>',
    '<error message="waited 60 s for stub reaches the root shell" type="qemu-died">',
    // The cell whose end is not in the record.
    '<testcase classname="stub.x86_64.debian12.ext4" name="ended" time="0">',
    '<error message="the worker died" type="suite-error">',
    '<testcase classname="stub.x86_64.debian13.btrfs" name="planned" time="0">',
    '<skipped message="no Btrfs"/>',
    `[[ATTACHMENT|${join(folder, 'console.log')}]]\n[[ATTACHMENT|${join(folder, 'argv')}]]`,
    'line 99\nend ]] > of ]] > it',
    '<system-out><![CDATA[line 41\nline 42\n',
  ];
  for (const part of parts) expect(xml).toContain(part);
  expect(xml).not.toContain('line 40\n');
});

test('a console that cannot be read is said, not thrown', () => {
  const events = sample();
  rmSync(join(folder, 'console.log'));
  expect(junitXml(foldRun(stamped(...events)))).toContain('(not readable: ENOENT');
});

test('what XML 1.0 forbids is taken out, the rest stays', () => {
  expect(clean('a\x00b\x1b[1;31mc\x1b[0m\x0bd\ud83de\udc0d\ufffff 🐍\tg\r\nh\ri')).toBe('abcdef 🐍\tg\nh\ni');
});
