import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { idOf, writeRunFolder } from '../reports/history/history.test-support.ts';
import { ext4, xfs } from '../reports/sample.ts';
import { UsageError } from '../runners/errors.ts';
import { own } from '../suites/resume/owner.ts';
import { dispatch } from './dispatch.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'reports-cli-'));
  writeRunFolder(root, 0, [{ facts: { 'installed kernel': '6.12.48 #1' } }, { cell: ext4 }]);
  writeRunFolder(root, 1, [
    { before: ['failed'], installed: true, seconds: 40 },
    { cell: ext4, status: 'failed' },
  ]);
});
afterEach(() => rmSync(root, { recursive: true }));

async function type(...words: string[]) {
  const lines: string[] = [];
  const print = (text: string) => void lines.push(...text.split('\n'));
  const surroundings = { cwd: root, env: {}, arch: 'x86_64', install: false, signal: new AbortController().signal };
  const code = await dispatch(words, { ...surroundings, print });
  return { code, lines };
}
const here = () => ['--out', root];
const refusal = (...words: string[]) =>
  type(...words).then(
    () => undefined,
    (error) => error as UsageError,
  );

test('report makes the reports of a run anew, whatever its verdict', async () => {
  const { code, lines } = await type('report', idOf(1), ...here());
  const path = join(root, idOf(1));
  expect({ code, lines }).toEqual({
    code: 0,
    lines: [
      '2 cells: 1 passed, 1 failed, 1 of the passed is flaky',
      join(path, 'junit.xml'),
      join(path, 'summary.md'),
      join(path, 'index.html'),
    ],
  });
  expect(readFileSync(join(path, 'summary.md'), 'utf8')).toContain(idOf(0));
});

test('report of a run that goes on says how far it is, and calls nothing an error that has not ended', async () => {
  const path = writeRunFolder(root, 2, [{}, { cell: ext4 }]);
  const events = join(path, 'events.ndjson');
  const told = readFileSync(events, 'utf8').trimEnd().split('\n');
  const second = told.findIndex((line) => line.includes(ext4.id) && line.includes('cell-started'));
  writeFileSync(events, `${told.slice(0, second + 2).join('\n')}\n`);
  {
    using _owner = own(path);
    const { lines } = await type('report', path, ...here());
    expect(lines.slice(0, 2)).toEqual([
      `run ${idOf(2)} goes on; this is how far it is`,
      '2 cells: 1 passed, 1 skipped',
    ]);
    expect((await type('history', ...here())).lines.at(-1)).toContain('in the last 2 runs');
  }
  expect((await type('report', path, ...here())).lines[0]).toBe('2 cells: 1 passed, 1 error');
});

test('a run that was brought here from elsewhere leaves no history beside it', async () => {
  const elsewhere = join(root, 'elsewhere');
  const path = writeRunFolder(elsewhere, 2, [{}]);
  expect((await type('report', path, ...here())).code).toBe(0);
  expect(readdirSync(elsewhere)).toEqual([idOf(2)]);
});

test('history has a line for each cell, those that fail most often first', async () => {
  expect(await type('history', ...here())).toEqual({
    code: 0,
    lines: [
      'cell                  last    pass rate  attempts  flaky  fresh  installed  commonest failure',
      `${ext4.id}  failed       50 %       1/2      0  01:30             1 × panic: boots`,
      `${xfs.id}   passed       67 %       2/3      1  01:30      00:30  1 × panic: boots`,
      '2 cells in the last 2 runs',
    ],
  });
  const { lines } = await type('history', '--runs', '1', ...here());
  expect(lines.at(-1)).toBe('2 cells in the last run');
});

test('history of a cell has a line for each run', async () => {
  expect((await type('history', '--cell', xfs.id, ...here())).lines).toEqual([
    xfs.id,
    'run                   verdict                  took  from       archive  kernel   failure',
    `${idOf(1)}  flaky (failed, passed)  01:20  installed  real              panic: boots`,
    `${idOf(0)}  passed                  01:40  fresh      real     6.12.48`,
  ]);
});

test('--json is for a program', async () => {
  const json = async (...words: string[]) => JSON.parse((await type(...words, '--json', ...here())).lines.join('\n'));
  expect(await json('history')).toMatchObject({
    runs: [{ run: idOf(1) }, { run: idOf(0) }],
    cells: [{ cell: ext4.id }, { cell: xfs.id }],
  });
  expect(await json('history', '--cell', ext4.id)).toMatchObject([{ cell: ext4.id, rows: [{ status: 'failed' }, {}] }]);
  expect(await json('compare', idOf(0), idOf(1))).toMatchObject({
    before: idOf(0),
    cells: [{ cell: ext4.id }, { cell: xfs.id }],
  });
});

test('compare tells verdicts that changed', async () => {
  const { code, lines } = await type('compare', idOf(0), idOf(1), ...here());
  expect(code).toBe(0);
  expect(lines).toContain(`${ext4.id}  passed → FAILED`);
  expect(lines).toContain(`${xfs.id}   passed → flaky`);
});

test('merge makes one run, with the exit code of what it says', async () => {
  const other = join(root, 'other');
  const { code, lines } = await type('merge', idOf(0), join(root, idOf(1)), '--out', root);
  expect(code).toBe(1);
  expect(lines).toContain('2 cells: 1 passed, 1 failed, 1 of the passed is flaky');
  expect(readdirSync(root)).toContain('latest');
  expect((await type('history', ...here())).lines.at(-1)).toBe('2 cells in the last run');
  expect((await refusal('merge', 'nosuch', '--out', other))?.message).toContain('there is no run "nosuch"');
});

test.each([
  [['report', '20261123-141502-0009'], /there is no run .* did you mean 20261123-141502-0000/],
  [['compare', 'latest'], /which two runs/],
  [['merge'], /which runs are to be one/],
  [['history', '--cell', 'debian13-x86_64-xfz'], /unknown cell .* did you mean debian13-x86_64-xfs/],
  [['history', '--runs', 'all'], /give a whole number/],
  [['report', 'a', 'b'], /"b" is not expected here/],
])('%j is refused', async (words, message) => {
  const error = await refusal(...words, ...here());
  expect(error).toBeInstanceOf(UsageError);
  expect(error?.message).toMatch(message);
});

test('a folder without runs is no history', async () => {
  expect((await refusal('history', '--out', join(root, 'none')))?.message).toContain('there is no run yet in');
});
