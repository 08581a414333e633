import { appendFile, lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { compile, followSteps, withObjects } from './objects.ts';

let root: string;
let objects: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'objects-'));
  objects = join(root, 'objects');
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('objects are kept after a build that ended well; after one that did not all is as before, but for what it compiled', async () => {
  const option = join(objects, 'include/config/XFS');
  const has = (...names: string[]) =>
    withObjects(objects, {}, async () => {
      const found = (await readdir(objects)).filter((name) => !/^\.?include/.test(name));
      expect(found.toSorted()).toEqual(names);
    });
  const write = (...names: string[]) =>
    withObjects(objects, {}, () =>
      compile(objects, async () => {
        await mkdir(dirname(option), { recursive: true });
        await writeFile(option, '');
        for (const name of names) await writeFile(join(objects, name), '');
      }),
    );
  const no = () => Promise.reject(new Error('no'));
  // Where nothing tells what it was before, nothing is kept.
  await mkdir(objects);
  await writeFile(join(objects, 'old.o'), '');
  await expect(withObjects(objects, {}, () => compile(objects, no))).rejects.toThrow('no');
  await has();
  await write('a.o', 'b.o', 'vmlinux');
  await has('a.o', 'b.o', 'vmlinux');
  // Whatever goes wrong before compiling, such as a configuration that does not come to be, leaves them as they are.
  await expect(withObjects(objects, {}, no)).rejects.toThrow('no');
  await has('a.o', 'b.o', 'vmlinux');
  const { mtimeMs: since } = await lstat(option);
  const half = async () => {
    await writeFile(option, '');
    await writeFile(join(objects, 'include/config/EXT4'), '');
    await writeFile(join(objects, 'b.o'), 'half');
    await writeFile(join(objects, 'c.o'), 'half');
    await no();
  };
  await expect(withObjects(objects, {}, () => compile(objects, half))).rejects.toThrow('no');
  await has('a.o', 'vmlinux');
  expect(await readdir(dirname(option))).toEqual(['XFS']);
  expect((await lstat(option)).mtimeMs).toBe(since);
});

test('two builds never work in one folder at a time', async () => {
  const said: string[] = [];
  let inside = 0;
  const build = async () => {
    inside += 1;
    expect(inside).toBe(1);
    await sleep(300);
    inside -= 1;
  };
  const wishes = { progress: (step: string) => void said.push(step) };
  await Promise.all([withObjects(objects, wishes, build), withObjects(objects, wishes, build)]);
  expect(said).toEqual(['waiting for another build of this kernel']);
});

test('make is followed by the steps in its log', async () => {
  const said: string[] = [];
  const lefts: number[] = [];
  const log = join(root, 'log');
  await writeFile(log, '  CC      before.o\n'.repeat(100));
  await writeFile(join(root, 'steps'), '10');
  const progress = (step: string, left = 0) => {
    said.push(step);
    lefts.push(left);
  };
  await followSteps({ log, remembered: join(root, 'steps'), progress }, async () => {
    await appendFile(log, '  CC      a.o\n  AS      b.o\nmake: talk\n  LD      c.o\n');
    await sleep(2500);
  });
  expect(said).toEqual([expect.stringMatching(/^compiling: 30 %, about \d+ min left$/)]);
  // Two seconds and more for three of ten.
  expect(lefts[0]).toBeGreaterThan(4.5);
  expect(lefts[0]).toBeLessThan(30);
});

test('where it is known how much is outdated, make is followed as against that', async () => {
  const said: string[] = [];
  const log = join(root, 'log');
  const following = { log, remembered: join(root, 'steps'), outdated: 50, progress: (step: string) => said.push(step) };
  await followSteps(following, async () => {
    await appendFile(log, '  CC      a.o\n'.repeat(60));
    await sleep(2500);
  });
  // And the sixty steps that every kernel takes.
  expect(said).toEqual([expect.stringMatching(/^compiling: 50 %, about \d+ min left$/)]);
});

test('where there is more than expected, nothing is said of what is left', async () => {
  const said: string[] = [];
  const log = join(root, 'log');
  const following = { log, remembered: join(root, 'steps'), outdated: 0, progress: (step: string) => said.push(step) };
  await followSteps(following, async () => {
    await appendFile(log, '  CC      a.o\n'.repeat(70));
    await sleep(4500);
  });
  expect(said).toEqual(['compiling: there is more of it than expected']);
});
