import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UsageError } from '../runners/errors.ts';
import { finishReports } from './finish.ts';
import { runFolder } from './folder.ts';
import { idOf, writeRunFolder } from './history/history.test-support.ts';
import { HISTORY, openHistory } from './history/history.ts';
import { findRun, runsIn } from './runs.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'finish-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const night = (number: number, status: 'passed' | 'failed') => {
  writeRunFolder(root, number, [{ status }]);
  return runFolder(root, idOf(number));
};

test('a run is written down, and its summary says since when', async () => {
  await finishReports(night(0, 'passed'));
  const folder = night(1, 'failed');
  const { result, files } = await finishReports(folder);
  expect(result.notes).toEqual([]);
  expect(files).toEqual([folder.junit, folder.summary, folder.html]);
  for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(folder.summary, 'utf8')).toContain(`2026-11-23<br><code>${idOf(0)}</code>`);
  const said = files.map((file) => readFileSync(file, 'utf8'));
  // A second time says the same, and counts nothing twice.
  await finishReports(folder);
  expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(said);
  // Not found by its folder, which would be as good later on, but written down already.
  using history = openHistory(join(root, HISTORY), { recording: folder.id });
  expect(history.lastRuns(9)).toHaveLength(2);
});

test('a history that cannot be kept costs nothing but a note', async () => {
  mkdirSync(join(root, HISTORY));
  const folder = night(0, 'failed');
  const { result, files } = await finishReports(folder);
  expect(files).toEqual([folder.junit, folder.summary, folder.html]);
  expect(result.notes).toEqual([expect.stringMatching(/^the history is not kept: /)]);
  expect(readFileSync(folder.summary, 'utf8')).toContain('unknown');
  expect((await finishReports(folder, { history: false })).result.notes).toEqual([]);
});

test('a report that cannot be written is a note, and the others are there', async () => {
  const folder = night(0, 'passed');
  mkdirSync(`${folder.summary}.part`);
  const { result, files } = await finishReports(folder);
  expect(files).toEqual([folder.junit, folder.html]);
  expect(result.notes).toEqual([expect.stringMatching(/^a report is missing: .*summary\.md/s)]);
});

test('a run that was moved finds its evidence where it lies now', async () => {
  const folder = night(0, 'failed');
  const moved = join(root, 'elsewhere');
  renameSync(folder.path, moved);
  const cell = join(moved, 'cells', 'debian13-x86_64-xfs');
  mkdirSync(cell, { recursive: true });
  writeFileSync(join(cell, 'console-1.log'), 'Kernel panic\n');
  const { files } = await finishReports(runFolder(root, 'elsewhere'), { history: false });
  expect(readFileSync(String(files[0]), 'utf8')).toContain('Kernel panic');
});

test('a run is found by its id, by its folder, as the latest and as the only one of a folder', () => {
  const { id, path } = night(0, 'passed');
  const found = (word: string, out = root, cwd = '/') => findRun(word, out, cwd).path;
  expect(found(id)).toBe(path);
  expect(found(path, '/nowhere')).toBe(path);
  expect(found(`./${id}`, '/nowhere', root)).toBe(path);
  expect(found(root, '/nowhere')).toBe(path);
  night(1, 'passed');
  expect(runsIn(root)).toEqual([idOf(0), idOf(1)]);
  expect(() => found(root, '/nowhere')).toThrow(UsageError);
});

test('an unknown run is refused with the nearest and where they lie', () => {
  const { id } = night(0, 'passed');
  const typo = id.replace('-', '_');
  expect(() => findRun(typo, root, '/')).toThrow(
    `there is no run "${typo}" in ${root}, and no folder of that name with an events.ndjson: did you mean ${id}?`,
  );
  expect(() => findRun('latest', join(root, 'nowhere'), '/')).toThrow('no run lies there at all');
});
