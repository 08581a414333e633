import { existsSync } from 'node:fs';
import {
  cp,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../process/command.ts';
import { keyOf } from './inputs.ts';
import { type Entry, type Policy, Store } from './store.ts';
import { ALWAYS_HASHED } from './use.ts';
import { verify } from './verify.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'store-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const place = () => join(root, 'images', keyOf({ a: 1 }));
const build = async (folder: string) => {
  await mkdir(join(folder, 'boot'));
  await writeFile(join(folder, 'boot/kernel'), 'bytes');
};
/** Asks as a process of its own would that knows nothing yet; what it says ends up in `said`. */
const said: string[] = [];
const obtain = async (policy: Policy = {}, by = build): Promise<Entry> => {
  said.length = 0;
  return new Store(root, policy).obtain('images', { a: 1 }, by, {
    label: 'x86_64',
    progress: (step) => said.push(step),
  });
};

test('the same inputs are built once, also when asked for at the same time, and reused by the next process', async () => {
  const store = new Store(root);
  let builds = 0;
  const counted = async (folder: string) => {
    builds += 1;
    await build(folder);
  };
  const both = await Promise.all([1, 2].map(() => store.obtain('images', { a: 1 }, counted)));
  for (const each of both) expect(each).toMatchObject({ key: keyOf({ a: 1 }), folder: join(place(), '1') });
  expect(both.map(({ reused }) => reused).toSorted()).toEqual([false, true]);
  const later = await obtain({}, counted);
  expect(later).toMatchObject({ folder: join(place(), '1'), reused: true });
  expect(builds).toBe(1);
  expect(await readFile(join(later.folder, 'boot/kernel'), 'utf8')).toBe('bytes');
});

test('the manifest names inputs, label, maker and files', async () => {
  const { folder } = await obtain();
  expect(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8'))).toEqual({
    format: 1,
    kind: 'images',
    key: keyOf({ a: 1 }),
    label: 'x86_64',
    inputs: { a: 1 },
    made: { at: expect.stringMatching(/^\d{4}-.*Z$/), by: 'stub-matrix 0.1.0', seconds: expect.any(Number) },
    files: {
      'boot/kernel': { size: 5, sha256: '277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9' },
    },
  });
});

test('a build that fails leaves nothing, fails all that asked for it meanwhile, and the next one starts afresh', async () => {
  const store = new Store(root);
  const failing = [1, 2].map(() =>
    store.obtain('images', { a: 1 }, async (folder) => {
      await writeFile(join(folder, 'half'), '');
      throw new Error('no luck');
    }),
  );
  for (const each of failing) await expect(each).rejects.toThrow('no luck');
  expect(await readdir(join(root, 'images'))).toEqual([]);
  expect(await obtain()).toMatchObject({ reused: false });
});

test('what a killed builder left is removed by the next', async () => {
  await mkdir(join(place(), 'draft-1-5c0e11aa'), { recursive: true });
  await mkdir(join(place(), 'gone-3-5c0e11aa'), { recursive: true });
  await obtain();
  expect((await readdir(place())).toSorted()).toEqual(['1', '1.checked.json', 'lock']);
});

test('an entry of an older version, without hashes, is none', async () => {
  await mkdir(place(), { recursive: true });
  await writeFile(join(place(), 'manifest.json'), '{"a":1}');
  expect(await obtain()).toMatchObject({ reused: false, folder: join(place(), '1') });
});

test('links are kept as links; what is no file cannot be kept', async () => {
  const linked = async (folder: string) => symlink('/nowhere', join(folder, 'link'));
  await (await obtain({}, linked)).release();
  expect(await obtain()).toMatchObject({ reused: true });
  await rm(join(place(), '1/link'));
  await symlink('/elsewhere', join(place(), '1/link'));
  await obtain({}, linked);
  expect(said).toEqual([expect.stringContaining('link: is another link')]);
  const odd = new Store(root).obtain(
    'images',
    { b: 1 },
    async (folder) => void (await run(['mkfifo', join(folder, 'x')])),
  );
  await expect(odd).rejects.toMatchObject({ code: 'store-odd-file' });
});

describe('a damaged entry is noticed and made anew, saying so:', () => {
  const kernel = () => join(place(), '1/boot/kernel');
  const damages: Record<string, { damage: () => Promise<unknown>; words: string }> = {
    'a byte is another': { damage: () => writeFile(kernel(), 'bytez'), words: 'boot/kernel: SHA-256 differs' },
    'a byte is another, and the time is set back': {
      damage: async () => {
        const { atime, mtime } = await stat(kernel());
        await writeFile(kernel(), 'bytez');
        await utimes(kernel(), atime, mtime);
      },
      words: 'boot/kernel: SHA-256 differs',
    },
    'a file is cut off': { damage: () => truncate(kernel(), 0), words: 'boot/kernel: 0 bytes instead of 5' },
    'a file is missing': { damage: () => rm(kernel()), words: 'boot/kernel: is missing' },
    'a file too many': { damage: () => writeFile(join(place(), '1/more'), ''), words: 'more: is not in the manifest' },
    'the manifest is missing': {
      damage: () => rm(join(place(), '1/manifest.json')),
      words: 'manifest.json: is missing',
    },
    'the manifest is cut off': {
      damage: () => truncate(join(place(), '1/manifest.json'), 100),
      words: 'manifest.json: SyntaxError',
    },
    'the manifest is of other inputs': {
      damage: async () => {
        const other = await new Store(root).obtain('images', { a: 2 }, build);
        await cp(join(other.folder, 'manifest.json'), join(place(), '1/manifest.json'));
      },
      words: `manifest.json: is that of images/${keyOf({ a: 2 })}`,
    },
  };
  test.each(Object.entries(damages))('%s', async (_, { damage, words }) => {
    (await obtain()).release();
    await damage();
    const again = await obtain();
    expect(said.join()).toContain(`images/${keyOf({ a: 1 })} (x86_64) is damaged and is made anew: ${words}`);
    expect(again).toMatchObject({ folder: join(place(), '2'), reused: false });
    // Nobody used what was damaged, so it is gone.
    expect(existsSync(join(place(), '1'))).toBe(false);
    expect(await obtain()).toMatchObject({ folder: again.folder, reused: true });
    expect(said).toEqual([]);
  });
});

describe('an entry too large to be hashed at each first use', () => {
  const large = async (folder: string) => {
    await writeFile(join(folder, 'disk'), 'head');
    await truncate(join(folder, 'disk'), ALWAYS_HASHED + 1);
  };
  /** Other bytes, and every time as before: what only a failing disk can do, shown by forging what was recorded. */
  async function rot(): Promise<void> {
    await using disk = await open(join(place(), '1/disk'), 'r+');
    await disk.write('tail', 1000);
    const { size, mtimeNs, ctimeNs, ino } = await disk.stat({ bigint: true });
    await writeFile(join(place(), '1.checked.json'), JSON.stringify({ disk: [size, mtimeNs, ctimeNs, ino].join(' ') }));
  }

  test('is read again only when its files look otherwise than they did', async () => {
    (await obtain({}, large)).release();
    await utimes(join(place(), '1/disk'), new Date(), new Date());
    const before = await readFile(join(place(), '1.checked.json'), 'utf8');
    expect(await obtain({}, large)).toMatchObject({ reused: true });
    expect(await readFile(join(place(), '1.checked.json'), 'utf8')).not.toBe(before);
  });

  test('is found damaged where a byte was changed and size and time set back', async () => {
    (await obtain({}, large)).release();
    const disk = join(place(), '1/disk');
    const times = join(root, 'times');
    await run(['touch', '--reference', disk, times]);
    await using file = await open(disk, 'r+');
    await file.write('tail', 1000);
    // To the nanosecond, as utimes() of Node cannot.
    await run(['touch', '--reference', times, disk]);
    expect(await obtain({}, large)).toMatchObject({ reused: false });
    expect(said.join()).toContain('disk: SHA-256 differs');
  });

  test('and where the disk itself lost a byte, by verify; then it is made anew', async () => {
    (await obtain({}, large)).release();
    await rot();
    (await obtain({}, large)).release();
    expect(said).toEqual([]);
    const verdicts = verify(root);
    expect((await verdicts.next()).value).toMatchObject({ label: 'x86_64', damage: ['disk: SHA-256 differs'] });
    expect(await verdicts.next()).toMatchObject({ done: true });
    expect(await obtain({}, large)).toMatchObject({ reused: false, folder: join(place(), '2') });
  });
});

describe('fresh', () => {
  test('makes it anew once a run, and nothing changes for who uses the old one', async () => {
    const old = await obtain();
    const store = new Store(root, { fresh: true });
    const other = async (folder: string) => writeFile(join(folder, 'other'), '');
    const [one, two] = await Promise.all([1, 2].map(() => store.obtain('images', { a: 1 }, other)));
    expect([one?.folder, two?.folder]).toEqual([join(place(), '2'), join(place(), '2')]);
    expect(await store.obtain('images', { a: 1 }, other)).toMatchObject({ folder: one?.folder, reused: true });
    expect(await readdir(join(old.folder, 'boot'))).toEqual(['kernel']);
    expect(await obtain()).toMatchObject({ folder: one?.folder, reused: true });
    // The old one goes with the next that is made, once nobody uses it.
    old.release();
    await obtain({ fresh: true });
    expect(existsSync(old.folder)).toBe(false);
  });

  test('leaves the old one where it fails', async () => {
    (await obtain()).release();
    await expect(obtain({ fresh: true }, () => Promise.reject(new Error('no luck')))).rejects.toThrow('no luck');
    expect(await obtain()).toMatchObject({ folder: join(place(), '1'), reused: true });
  });
});

describe('audit', () => {
  test('makes what is reused again, once a run, and keeps what is kept', async () => {
    (await obtain()).release();
    let builds = 0;
    const store = new Store(root, { audit: 1 });
    for (const _ of [1, 2]) {
      const entry = await store.obtain('images', { a: 1 }, async (folder) => {
        builds += 1;
        await build(folder);
      });
      expect(entry).toMatchObject({ folder: join(place(), '1'), reused: true });
    }
    expect(builds).toBe(1);
    expect((await readdir(place())).toSorted()).toEqual(['1', '1.checked.json', 'lock']);
  });

  test('says which files differ, and keeps what was made again as evidence', async () => {
    (await obtain()).release();
    const audit = obtain({ audit: 1 }, async (folder) => {
      await build(folder);
      await writeFile(join(folder, 'boot/kernel'), 'other');
    });
    const error = await audit.catch((reason) => reason);
    expect(error).toMatchObject({
      code: 'store-audit-differs',
      message: expect.stringContaining('boot/kernel: SHA-256'),
    });
    expect(await readFile(join(error.evidence, 'boot/kernel'), 'utf8')).toBe('other');
    expect(await obtain()).toMatchObject({ folder: join(place(), '1'), reused: true });
  });

  test('compares what is never the same twice by the words of who built it', async () => {
    (await obtain()).release();
    const store = new Store(root, { audit: 1 });
    const random = async (folder: string) => writeFile(join(folder, 'disk'), String(Math.random()));
    const compare = async (kept: string, again: string) => [`${await readdir(kept)} became ${await readdir(again)}`];
    const audit = store.obtain('images', { a: 1 }, random, { compare });
    await expect(audit).rejects.toThrow('boot,manifest.json became disk,manifest.json');
    expect(
      await new Store(root, { audit: 1 }).obtain('images', { a: 1 }, random, { compare: async () => [] }),
    ).toMatchObject({
      reused: true,
    });
  });
});
