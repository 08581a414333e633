import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { HarnessError } from '../../runners/errors.ts';
import { xfs } from '../sample.ts';
import { openDatabase } from './database.ts';
import { idOf, resultOf, writeRunFolder } from './history.test-support.ts';
import { HISTORY, openHistory } from './history.ts';
import { MIGRATIONS } from './migrations.ts';

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'history-'));
  path = join(root, HISTORY);
});
afterEach(() => rmSync(root, { recursive: true }));

const notes: string[] = [];
const opened = () => openHistory(path, { note: (text) => void notes.push(text) });
const runs = () => {
  using history = opened();
  return history.lastRuns(999).map(({ run }) => run);
};
beforeEach(() => void notes.splice(0));

/** A process of its own that writes runs down, those of the nights from `first` on, as fast as it can. */
function writer(first: number, nights: number): ChildProcess {
  const url = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const script = `
    const { openHistory } = await import(${url('./history.ts')});
    const { resultOf } = await import(${url('./history.test-support.ts')});
    const history = openHistory(${JSON.stringify(path)}, { note: (text) => { throw new Error(text); } });
    for (let night = ${first}; night < ${first + nights}; night++) {
      history.record(resultOf(night, Array.from({ length: 20 }, (_, n) => ({ cell: { id: 'c' + n, distro: 'd', arch: 'a', fs: 'f' }, before: ['failed'] })), ${JSON.stringify(root)}, 'r' + night));
      console.log(night);
    }`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
}

test('only its owner may read it, and what lies beside it', () => {
  using history = opened();
  history.record(resultOf(0, [{}], root));
  const files = readdirSync(root).filter((name) => name.startsWith(HISTORY));
  expect(files.toSorted()).toEqual([HISTORY, `${HISTORY}-shm`, `${HISTORY}-wal`]);
  for (const name of files) expect(statSync(join(root, name)).mode & 0o777).toBe(0o600);
});

test('runs that end at the same time all stand in it', async () => {
  const writers = [0, 50, 100].map((first) => writer(first, 30));
  const errors = writers.map(({ stderr }) => stderr?.toArray());
  expect(await Promise.all(writers.map(async (each) => (await once(each, 'exit'))[0]))).toEqual([0, 0, 0]);
  expect((await Promise.all(errors)).flat().map(String)).toEqual([]);
  expect(runs()).toHaveLength(90);
});

test('one that is killed with -9 while it writes leaves whole runs, and nothing that has to be mended', async () => {
  for (const round of [0, 1, 2]) {
    const child = writer(round * 1000, 900);
    const written: Buffer[] = [];
    child.stdout?.on('data', (data: Buffer) => written.push(data));
    await expect.poll(() => written.length, { timeout: 50_000, interval: 5 }).toBeGreaterThan(2 + round);
    child.kill('SIGKILL');
    await once(child, 'exit');
    using history = opened();
    const told = Buffer.concat(written)
      .toString()
      .trim()
      .split('\n')
      .map((night) => `r${night}`);
    const kept = history.lastRuns(9999).map(({ run, counts }) => ({ run, passed: counts.passed }));
    expect(kept.map(({ run }) => run)).toEqual(expect.arrayContaining(told));
    for (const { run, passed } of kept) {
      expect(passed).toBe(20);
      expect(history.ofRun(run).map(({ attempts }) => attempts.length)).toEqual(new Array(20).fill(2));
    }
  }
  expect(notes).toEqual([]);
  using database = openDatabase(path);
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
});

test('a file of a newer stub-matrix is refused and left as it is', () => {
  openDatabase(path, [...MIGRATIONS, 'CREATE TABLE more (x)']).close();
  expect(opened).toThrow(HarnessError);
  expect(opened).toThrow(/of a newer stub-matrix: its schema is version 2, this one knows up to 1/);
  expect(readdirSync(root).filter((name) => name.includes('damaged'))).toEqual([]);
});

test('a file of an older one is brought up to date, all of it or nothing', () => {
  {
    using history = opened();
    history.record(resultOf(0, [{}], root));
  }
  const broken = [...MIGRATIONS, 'ALTER TABLE runs ADD COLUMN weather TEXT; SELECT nonsense'];
  expect(() => openDatabase(path, broken)).toThrow('nonsense');
  expect(runs()).toEqual([idOf(0)]);
  using database = openDatabase(path, [...MIGRATIONS, 'ALTER TABLE runs ADD COLUMN weather TEXT']);
  expect(database.prepare('SELECT name, weather FROM runs').all()).toEqual([{ name: idOf(0), weather: null }]);
});

test.each([
  ['no database', () => writeFileSync(path, 'by no means a database. '.repeat(1000))],
  ['cut off', () => truncateSync(path, 5000)],
  ['overwritten inside', () => scribble()],
])('a file that is %s is put aside with a note, and made anew from the records', (_how, damage) => {
  const nights = Array.from({ length: 40 }, (_, night) => night);
  for (const night of nights) writeRunFolder(root, night, [{ before: ['failed'] }]);
  expect(runs()).toHaveLength(40);
  damage();
  using history = opened();
  expect(history.ofCell(xfs.id, 99).map(({ run }) => run)).toEqual(nights.map(idOf).toReversed());
  const aside = readdirSync(root).filter((name) => name.includes('.damaged-'));
  expect(aside).toHaveLength(1);
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(/^the history was damaged \(.*\) and is made anew from the runs' records; it lies in \//);
  expect(notes[0]).toContain(aside[0]);
});

/** Everything behind the first page. */
function scribble() {
  using database = new DatabaseSync(path);
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const { size } = statSync(path);
  truncateSync(path, 4096);
  appendFileSync(path, Buffer.alloc(size - 4096, 0xa5));
}

test('a damage that shows itself only in use is found there', () => {
  for (const night of [0, 1]) writeRunFolder(root, night, [{}]);
  runs();
  using history = opened();
  scribble();
  history.record(resultOf(2, [{}], root));
  expect(history.lastRuns(9).map(({ run }) => run)).toEqual([idOf(2), idOf(1), idOf(0)]);
  expect(notes).toHaveLength(1);
});

test('runs that were killed before they were written down are found by their folders, once they are silent', () => {
  writeRunFolder(root, 0, [{}]);
  const killed = join(writeRunFolder(root, 1, [{}]), 'events.ndjson');
  truncateSync(killed, statSync(killed).size - 10);
  writeFileSync(join(writeRunFolder(root, 2, [{}]), 'events.ndjson'), '');
  expect(runs()).toEqual([idOf(0)]);
  const longAgo = Date.now() / 1000 - 2 * 60 * 60;
  utimesSync(killed, longAgo, longAgo);
  expect(runs()).toEqual([idOf(1), idOf(0)]);
  expect(existsSync(join(root, idOf(2)))).toBe(true);
});
