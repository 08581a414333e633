import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resultOf, type Story } from '../reports/history/history.test-support.ts';
import { HISTORY, openHistory } from '../reports/history/history.ts';
import { xfs } from '../reports/sample.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import { commands } from './commands.ts';
import { parseFlags } from './flags.ts';
import { planOf } from './planning.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'planning-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function remember(...stories: Story[]): void {
  using history = openHistory(join(folder, HISTORY));
  for (const [night, story] of stories.entries()) history.record(resultOf(night, [story], folder));
}

function planned(...flags: string[]) {
  const parsed = parseFlags('run', ['--cell', xfs.id, '--out', folder, ...flags], commands.run?.flags ?? {}, []);
  const { plan } = planOf(parsed, loadMatrix(), { arch: 'x86_64', cwd: folder, env: { HOME: folder } });
  const [cell] = plan.run;
  if (!cell) throw new Error(`${xfs.id} is not planned`);
  return cell;
}

test('what earlier runs have shown of a cell goes before what matrix.yaml expects of it', () => {
  const unknown = planned();
  remember({ seconds: 410, imageSeconds: 10, memory: 1234 }, { seconds: 90, imageSeconds: 10, installed: true });
  expect(planned()).toMatchObject({ expected: 400, expectedInstalled: 80, experience: { peakMemoryMiB: 1234 } });
  expect(unknown.expected).not.toBe(400);
  expect(unknown.experience).toBeUndefined();
});

test('what a stand-in took says nothing of the distribution itself', () => {
  remember({ seconds: 410, imageSeconds: 10, archive: 'stand-in' });
  expect(planned().experience).toBeUndefined();
});

test('nothing is written to plan, and a history that cannot be read costs its experience only', () => {
  const { expected } = planned();
  expect(readdirSync(folder)).toEqual([]);
  mkdirSync(join(folder, HISTORY));
  expect(planned().expected).toBe(expected);
});

test('a shard is cut by what matrix.yaml expects: what one host has measured, the others have not', () => {
  remember({ seconds: 410, imageSeconds: 10 });
  expect(planned('--shard', '1/1').experience).toMatchObject({ seconds: 400 });
});
