import { expect, test } from 'vitest';
import type { EventBody } from '../../runners/events/event.ts';
import { foldRun } from '../fold.ts';
import { broken, cellArchive, cellEnded, cellStarted, ended, ext4, passed, stamped, started, xfs } from '../sample.ts';
import { NIGHTLY } from './fixture/cells.ts';
import { sampleEvents } from './fixture/events.ts';
import { sampleRows, sampleRuns } from './fixture/history.ts';
import { makeModel } from './make-model.ts';
import { sentence } from './static/headline.ts';

const nothing = { runs: [], cells: [] };
const modelOf = (...events: EventBody[]) => makeModel(foldRun(stamped(...events)), nothing, '/run/index.html');

const sample = makeModel(
  foldRun(sampleEvents(NIGHTLY)),
  { runs: sampleRuns(NIGHTLY), cells: sampleRows(NIGHTLY) },
  '/nowhere/index.html',
).core;

test('a fault is told once, however many cells have it, what is new before what is old', () => {
  expect(sample.problems.map(({ code, cells, fresh }) => [code, cells.length, fresh])).toEqual([
    ['no-root-device', 8, 8],
    ['mirror-failed', 2, 2],
    ['package-not-found', 15, 0],
    ['dracut-timeout', 6, 0],
    ['int3-oops', 3, 0],
    ['ssh-refused', 1, 0],
    ['known-failure', 3, 0],
  ]);
  expect(sentence(sample)).toBe('10 cells broke, 21 were broken before');
});

test('it says where, since when, what changed in most of its cells, and what to type', () => {
  const [panic, , packages] = sample.problems;
  expect(panic).toMatchObject({
    where: 'debian12, debian13 × aarch64 × xfs, btrfs, ext4, luks',
    rerun: './stub-matrix run --distro debian12,debian13 --arch aarch64 --fs xfs,btrfs,ext4,luks',
    since: 30,
  });
  expect(panic?.changes).toContainEqual({ name: 'installed kernel', before: '6.12.48 ', after: '6.12.57 ', cells: 8 });
  expect(panic?.changes).toContainEqual({
    name: 'security archive',
    before: '2026-11-27',
    after: '2026-11-29',
    cells: 8,
  });
  expect(packages?.since).toBe(27);
});

test('cells of a fault that are no block are named', () => {
  expect(sample.problems[4]?.rerun).toBe(
    './stub-matrix run --cell centos7-x86_64-xfs,debian12-x86_64-ext4,ubuntu2404-x86_64-btrfs',
  );
});

test('commands that are not alike are not made one', () => {
  const other: EventBody = {
    ...cellStarted(ext4),
    rerun: './stub-matrix run --cell debian12-x86_64-ext4 --direct',
  } as EventBody;
  const fail = (cell: typeof xfs) => [broken(cell, 'SSH', 'failed', 'ssh'), cellEnded(cell, 'failed')];
  const { core } = modelOf(started(xfs, ext4), cellStarted(xfs), ...fail(xfs), other, ...fail(ext4), ended());
  expect(core.problems).toMatchObject([
    {
      cells: { length: 2 },
      rerun: './stub-matrix run --cell debian12-x86_64-ext4 --direct\n./stub-matrix run --cell debian13-x86_64-xfs',
    },
  ]);
});

test('without a history nothing is called new', () => {
  const { core } = modelOf(
    started(xfs),
    cellStarted(xfs),
    broken(xfs, 'SSH', 'failed', 'ssh'),
    cellEnded(xfs, 'failed'),
    ended(),
  );
  expect(sentence(core)).toBe('1 cell did not pass');
  expect(core.runs).toHaveLength(1);
});

test('a run of stand-ins alone is none of a distribution', () => {
  const good = [cellStarted(xfs), cellArchive(xfs, 'stand-in'), passed(xfs, 'SSH'), cellEnded(xfs, 'passed')];
  const { core } = modelOf(started(xfs), ...good, ended());
  expect(sentence(core)).toBe('1 cell passed against stand-ins; no distribution itself was tested');
  expect(core.runs.at(-1)).toMatchObject({ real: { passed: 0 }, standIn: { passed: 1 } });
});

test('files are linked relative to the page, those outside of its folder not at all', () => {
  const attach = (path: string): EventBody => ({ type: 'attachment', cell: xfs.id, name: 'x', path });
  const { details } = modelOf(
    ...[started(xfs), cellStarted(xfs), attach('/run/cells/a b/c#.log'), attach('/runner/x'), attach('/run/../etc/x')],
    ...[passed(xfs, 'SSH'), cellEnded(xfs, 'passed'), ended()],
  );
  expect(details[0]?.attempts[0]?.files.map(({ href }) => href)).toEqual([
    'cells/a%20b/c%23.log',
    undefined,
    undefined,
  ]);
});

test('a run that was broken off has a place for each of its cells', () => {
  const { core } = modelOf(started(xfs, ext4), cellStarted(xfs), ended(true));
  expect(core.cells.map(({ verdict }) => verdict)).toEqual(['error', 'error']);
  expect(core.interrupted).toBe(true);
});
