import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { gc } from './gc.ts';
import { inventory } from './inventory.ts';
import { type Entry, Store } from './store.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'gc-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const MIB = 2 ** 20;

/** An entry of one MiB, last used so many days ago. */
async function entry(kind: string, name: string, days: number, policy = {}): Promise<Entry> {
  const made = await new Store(root, policy).obtain(
    kind,
    { name },
    (folder) => writeFile(join(folder, 'file'), Buffer.alloc(MIB, name)),
    { label: name },
  );
  const then = new Date(Date.now() - days * 86_400_000);
  await utimes(made.folder, then, then);
  return made;
}

const labels = (holdings: readonly { label?: string }[]) => holdings.map(({ label }) => label).toSorted();

test('what was not used for longest goes first, whatever its kind, until the rest fits', async () => {
  for (const [kind, name, days] of [
    ['images', 'a', 3],
    ['disks', 'b', 9],
    ['images', 'c', 1],
    ['disks', 'd', 5],
  ] as const) {
    (await entry(kind, name, days)).release();
  }
  const dry = await gc(root, { max: 2.5 * MIB, dryRun: true });
  expect(labels(dry.removed)).toEqual(['b', 'd']);
  expect(await inventory(root)).toHaveLength(4);
  const { removed, left } = await gc(root, { max: 2.5 * MIB });
  expect([labels(removed), labels(left)]).toEqual([
    ['b', 'd'],
    ['a', 'c'],
  ]);
  for (const { folder } of removed) expect(existsSync(folder)).toBe(false);
  expect(labels(await inventory(root))).toEqual(['a', 'c']);
});

test('using an entry again makes it young', async () => {
  (await entry('images', 'old', 9)).release();
  (await entry('images', 'new', 1)).release();
  const again = await new Store(root).obtain('images', { name: 'old' }, () => Promise.reject(new Error('is there')));
  again.release();
  expect(labels((await gc(root, { max: 1.5 * MIB })).removed)).toEqual(['new']);
});

test('what is in use stays, though more is left than was wanted', async () => {
  const used = await entry('images', 'used', 9);
  (await entry('images', 'free', 1)).release();
  const { removed, left } = await gc(root, { max: 0 });
  expect(labels(removed)).toEqual(['free']);
  expect(left).toMatchObject([{ label: 'used', inUse: true }]);
  expect(existsSync(join(used.folder, 'file'))).toBe(true);
  used.release();
  expect(labels((await gc(root, { max: 0 })).removed)).toEqual(['used']);
});

test('what is superseded goes at any size, unless it is in use', async () => {
  const old = await entry('images', 'a', 1);
  (await entry('images', 'a', 0, { fresh: true })).release();
  expect((await gc(root, { max: 100 * MIB })).removed).toEqual([]);
  old.release();
  expect((await gc(root, { max: 100 * MIB })).removed).toMatchObject([{ path: old.folder, superseded: true }]);
});

test('what was left behind goes, what is being made does not, and what is none of the store is not seen', async () => {
  const made = await entry('images', 'a', 0);
  const place = dirname(made.folder);
  const rubbish = [
    'draft-1-5c0e11aa',
    'gone-1-5c0e11aa',
    'audited-draft-1-5c0e11aa',
    'manifest.json',
    '7.checked.json',
  ];
  for (const name of rubbish) await mkdir(join(place, name));
  const foreign = [join(root, 'disks/debian13-x86_64-xfs'), join(root, 'state/runs'), join(root, 'file')];
  for (const path of foreign) await mkdir(path, { recursive: true });

  let during: Awaited<ReturnType<typeof gc>> | undefined;
  const { folder } = await new Store(root).obtain('images', { name: 'b' }, async (draft) => {
    during = await gc(root, { max: 0 });
    await writeFile(join(draft, 'file'), '');
  });
  expect(existsSync(join(folder, 'file'))).toBe(true);
  expect(during?.rubbish.toSorted()).toEqual(rubbish.map((name) => join(place, name)).toSorted());
  for (const path of foreign) expect(existsSync(path)).toBe(true);
});

test('an entry that vanished between the look and the lock is made again', async () => {
  const { folder } = await entry('images', 'a', 0);
  const store = new Store(root);
  const both = [1, 2, 3, 4, 5].map(async () => {
    const obtained = await store.obtain('images', { name: 'a' }, (draft) => writeFile(join(draft, 'file'), 'again'));
    expect(existsSync(join(obtained.folder, 'file'))).toBe(true);
    obtained.release();
  });
  // Without asking whether it is in use: worse than gc ever does.
  await rename(folder, `${dirname(folder)}/gone-1-5c0e11aa`);
  await Promise.all(both);
});

test('runs that obtain and collectors that remove everything, all at once: nobody is left with an entry that is not there', async () => {
  const enough = 6;
  let removals = 0;
  const use = async () => {
    while (removals < enough) {
      const obtained = await entry('images', 'a', 0);
      expect(existsSync(join(obtained.folder, 'file'))).toBe(true);
      obtained.release();
      await sleep(Math.random() * 50);
    }
  };
  const collect = async () => {
    while (removals < enough) removals += (await gc(root, { max: 0 })).removed.length;
  };
  await Promise.all([use(), use(), use(), collect(), collect()]);
});
