import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gc } from './gc.ts';
import { keyOf } from './inputs.ts';
import { FileLock, lockFile } from './lock.ts';
import { Builder } from './processes.test-support.ts';
import { verify } from './verify.ts';

/** 200 are the number: `STORE_BUILDERS=200 npx vitest run runners/store/builders.test.ts`, which takes minutes. */
const COUNT = Number(process.env.STORE_BUILDERS ?? 16);
const seconds = 1000;

let folder: string;
let root: string;
let log: string;
let place: string;
const builders: Builder[] = [];
const start = (times: { build?: number; hold?: number }) => {
  const builder = new Builder(root, log, times);
  builders.push(builder);
  return builder;
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'builders-'));
  root = join(folder, 'store');
  log = join(folder, 'builds');
  place = join(root, 'images', keyOf({ of: 'everybody' }));
});
afterEach(async () => {
  for (const builder of builders.splice(0)) await builder.kill();
  await rm(folder, { recursive: true, force: true });
});

const builds = async () => (await readFile(log, 'utf8')).trim().split('\n').length;

async function expectOneWholeEntry(): Promise<void> {
  expect((await readdir(place)).toSorted()).toEqual(['1', '1.checked.json', 'lock']);
  expect((await readdir(join(place, '1'))).toSorted()).toEqual(['a', 'b', 'c', 'manifest.json']);
  for await (const { damage } of verify(root)) expect(damage).toEqual([]);
  for (const path of [join(place, 'lock'), join(place, '1/manifest.json')]) {
    using lock = (await lockFile(path, 'exclusive')) as FileLock;
    expect(lock, path).toBeInstanceOf(FileLock);
  }
}

test(`${COUNT} processes that need the same entry build it once`, { timeout: 10 * COUNT * seconds }, async () => {
  const all = Array.from({ length: COUNT }, () => start({ build: 600 }));
  const said = await Promise.all(all.map((builder) => builder.says('folder')));
  await Promise.all(all.map(({ ended }) => ended));
  expect(new Set(said.map((each) => each.folder))).toEqual(new Set([join(place, '1')]));
  expect(said.filter(({ reused }) => !reused)).toHaveLength(1);
  expect(await builds()).toBe(1);
  await expectOneWholeEntry();
});

test(`of ${COUNT} processes most are killed, always the one that builds: one entry, whole`, {
  timeout: 10 * COUNT * seconds,
}, async () => {
  const all = Array.from({ length: COUNT }, () => start({ build: 3600 * seconds }));
  // Each kill -9 hits whoever builds, at a random moment of its building, until a third is left.
  const toKill = Math.ceil((COUNT * 2) / 3);
  for (let killed = 0; killed < toKill; killed += 1) {
    const alive = all.filter(({ child }) => child.signalCode === null);
    const building = await Promise.race(alive.map((each) => each.says('building').then(() => each)));
    await sleep(Math.random() * 200);
    await building.kill();
    expect(existsSync(join(place, '1'))).toBe(false);
  }
  await writeFile(`${log}.go`, '');
  const alive = all.filter(({ child }) => child.signalCode === null);
  const said = await Promise.all(alive.map((builder) => builder.says('folder')));
  await Promise.all(alive.map(({ ended }) => ended));
  expect(said.filter(({ reused }) => !reused)).toHaveLength(1);
  expect(await builds()).toBe(toKill + 1);
  await expectOneWholeEntry();
});

test('who waits says for whom, and takes over when that one is killed', async () => {
  const first = start({ build: 60 * seconds });
  await first.says('building');
  const second = start({ build: 10 });
  expect((await second.says('step')).step).toBe(`waiting for process ${first.child.pid}, which builds it`);
  expect((await gc(root, { max: 0 })).rubbish).toEqual([]);
  await first.kill();
  expect(await second.says('folder')).toMatchObject({ folder: join(place, '1'), reused: false });
  await second.ended;
  await expectOneWholeEntry();
});

test('what a process uses is not collected while it lives', async () => {
  const user = start({ hold: 60 * seconds });
  await user.says('folder');
  expect((await gc(root, { max: 0 })).left).toMatchObject([{ inUse: true }]);
  expect(existsSync(join(place, '1/a'))).toBe(true);
  await user.kill();
  expect((await gc(root, { max: 0 })).removed).toMatchObject([{ kind: 'images', path: join(place, '1') }]);
  expect(await readdir(join(root, 'images'))).toEqual([]);
});
