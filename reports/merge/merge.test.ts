import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventBody } from '../../runners/events/event.ts';
import { finishReports } from '../finish.ts';
import { foldRun } from '../fold.ts';
import { eventsOf, type Story, writeRunFolder } from '../history/history.test-support.ts';
import { HISTORY, openHistory } from '../history/history.ts';
import { readRun } from '../run-record.ts';
import { ext4, xfs } from '../sample.ts';
import { mergeRuns } from './merge.ts';

let root: string;
let out: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'merge-'));
  out = join(root, 'out');
});
afterEach(() => rmSync(root, { recursive: true }));

const third = { id: 'rocky8-x86_64-xfs', distro: 'rocky8', arch: 'x86_64', fs: 'xfs' };

/** A shard with its consoles. */
function shard(name: string, night: number, ...stories: Story[]): string {
  const path = writeRunFolder(join(root, name), night, stories);
  for (const event of readRun(path)) {
    if (event.type !== 'attachment') continue;
    mkdirSync(dirname(event.path), { recursive: true });
    writeFileSync(event.path, `${name} ${event.cell}\n`);
  }
  return path;
}

/** Events put in before the last of a run's record. */
function insert(path: string, ...bodies: EventBody[]) {
  const file = join(path, 'events.ndjson');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const time = JSON.parse(String(lines.at(-1))).time;
  lines.splice(-1, 0, ...bodies.map((body) => JSON.stringify({ time, ...body })));
  writeFileSync(file, `${lines.join('\n')}\n`);
}

test('two shards become one run, with all cells, their evidence and a history of its own', async () => {
  const a = shard('a', 0, {}, { cell: third, status: 'failed' });
  const b = shard('b', 1, { cell: ext4, archive: 'stand-in' });
  const skip: EventBody = { type: 'cell-skipped', cell: { ...xfs, id: 'x', fs: 'luks' }, because: 'no LUKS' };
  insert(a, skip, { type: 'cell-skipped', cell: ext4, because: 'of another shard' });
  insert(b, skip);
  const folder = mergeRuns([b, a], out);
  expect(statSync(folder.path).mode & 0o777).toBe(0o700);
  expect(readlinkSync(join(out, 'latest'))).toBe(folder.id);
  const { result } = await finishReports(folder);
  expect(result.cells.map(({ cell, status }) => [cell.id, status])).toEqual([
    [xfs.id, 'passed'],
    [third.id, 'failed'],
    [ext4.id, 'passed'],
    ['x', 'skipped'],
  ]);
  expect(result).toMatchObject({ run: folder.id, interrupted: false, notes: [] });
  expect(result.properties).toEqual({ commit: 'c0, c1', 'merged from': '20261123-141502-0000, 20261124-141502-0001' });
  const [console] = result.cells[0]?.attachments ?? [];
  expect(console?.path).toBe(join(folder.path, 'cells', xfs.id, 'console-1.log'));
  expect(readFileSync(String(console?.path), 'utf8')).toBe(`a ${xfs.id}\n`);
  expect(readFileSync(folder.junit, 'utf8')).toContain(`b ${ext4.id}`);
  using history = openHistory(join(out, HISTORY));
  expect(history.lastRuns(9).map(({ run, counts }) => [run, counts.passed])).toEqual([[folder.id, 2]]);
});

test('a cell that two of them ran is told with the attempts of both, in their order, and noted', () => {
  const a = shard('a', 0, { status: 'failed' });
  const b = shard('b', 1, { before: ['error'] });
  const folder = mergeRuns([b, a], out);
  const { cells, notes } = foldRun(readRun(folder.path));
  expect(cells).toHaveLength(1);
  expect(cells[0]).toMatchObject({ status: 'passed', flaky: true });
  expect(cells[0]?.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 'failed'],
    [2, 'error'],
    [3, 'passed'],
  ]);
  expect(notes).toEqual([
    `${xfs.id} ran in 20261123-141502-0000 (failed) and in 20261124-141502-0001 (passed): told as attempts of one cell`,
  ]);
  const read = cells[0]?.attempts.map(({ attachments }) => readFileSync(String(attachments[0]?.path), 'utf8'));
  expect(read).toEqual([`a ${xfs.id}\n`, `b ${xfs.id}\n`, `b ${xfs.id}\n`]);
});

test('of a cell that came to its end in one of them, what was broken off in another is left out', () => {
  const a = shard('a', 0, {});
  const b = shard('b', 1, {}, { cell: ext4 });
  const file = join(b, 'events.ndjson');
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => !line.includes('"cell-ended"'));
  writeFileSync(file, `${lines.join('\n')}`);
  insert(b, { type: 'run-resumed', cells: [xfs.id, ext4.id] });
  const { cells, notes } = foldRun(readRun(mergeRuns([a, b], out).path));
  expect(cells.map(({ cell, status, attempts }) => [cell.id, status, attempts.length])).toEqual([
    [xfs.id, 'passed', 1],
    [ext4.id, 'error', 0],
  ]);
  expect(notes).toEqual([
    `${xfs.id} ran in 20261123-141502-0000 (passed) and in 20261124-141502-0001 (broken off, left out)`,
  ]);
});

test('which of several hosts a cell ran on is a fact', () => {
  const paths = ['alpha', 'beta'].map((hostname, night) => {
    const path = shard(hostname, night, night === 0 ? {} : { cell: ext4 });
    const [first, ...rest] = eventsOf(night, [night === 0 ? {} : { cell: ext4 }], path);
    const events = [{ ...first, properties: { hostname } }, ...rest];
    writeFileSync(join(path, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    return path;
  });
  const { cells, properties } = foldRun(readRun(mergeRuns(paths, out).path));
  expect(properties.hostname).toBe('alpha, beta');
  expect(cells.map(({ facts }) => facts.host)).toEqual(['alpha', 'beta']);
});

test('packages of all are added up, and a run that was interrupted makes the whole so', () => {
  const tally = { archive: 'http://a', local: 0, kept: 1, hit: 2, miss: 3, stale: 0, absent: 0, failed: 0, bytes: 10 };
  const summary: EventBody = {
    type: 'proxy-summary',
    archives: [tally],
    mirrors: [{ mirror: 'm', asked: 3, failed: 1, bytes: 5 }],
  };
  const [a, b] = [shard('a', 0, {}), shard('b', 1, { cell: ext4 })];
  for (const path of [a, b]) insert(path, summary);
  const file = join(b, 'events.ndjson');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"interrupted":false', '"interrupted":true'));
  const { packages, interrupted } = foldRun(readRun(mergeRuns([a, b], out).path));
  expect(packages).toMatchObject({
    archives: [{ ...tally, kept: 2, hit: 4, miss: 6, bytes: 20 }],
    mirrors: [{ asked: 6, failed: 2, bytes: 10 }],
  });
  expect(interrupted).toBe(true);
});

test('a run is not counted twice, by itself or within another', () => {
  const [a, b] = [shard('a', 0, {}), shard('b', 1, { cell: ext4 })];
  expect(() => mergeRuns([a, a], out)).toThrow(/20261123-141502-0000 was given twice/);
  const whole = mergeRuns([a, b], out);
  expect(() => mergeRuns([whole.path, b], out)).toThrow(/20261124-141502-0001 was given twice, or is part of/);
});

test('a record from elsewhere takes no file along that is not its own', () => {
  const secret = join(root, 'secret');
  writeFileSync(secret, 'secret');
  const path = shard('a', 0, {});
  symlinkSync(root, join(path, 'cells', 'way-out'));
  symlinkSync(secret, join(path, 'cells', 'link'));
  const names = ['../../secret', 'cells/way-out/secret', 'cells/link'];
  const attachments = names.map(
    (name): EventBody => ({ type: 'attachment', cell: xfs.id, name, path: `${path}/${name}` }),
  );
  insert(path, ...attachments, { type: 'capsule', cell: xfs.id, path: join(path, 'cells') });
  const folder = mergeRuns([path], out);
  const told = foldRun(readRun(folder.path)).cells[0]?.attachments.slice(1) ?? [];
  expect(told.map(({ name }) => name)).toEqual(names);
  const inside = told.filter((each) => each.path.startsWith(folder.path));
  expect(inside.map((each) => existsSync(each.path))).toEqual([false, false]);
  expect(existsSync(join(folder.path, 'cells', xfs.id, 'console-1.log'))).toBe(true);
});
