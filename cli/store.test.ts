import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keyOf } from '../runners/store/inputs.ts';
import { type Entry, Store } from '../runners/store/store.ts';
import { folderFlags, mirrorFlags } from './flag-rows.ts';
import { type Flags, parseFlags } from './flags.ts';
import { start, storeCommand } from './store.ts';

const flags: Flags = {
  max: { value: 'SIZE', help: '' },
  'dry-run': { help: '' },
  ...mirrorFlags,
  ...folderFlags,
};

let root: string;
let old: Entry;
let used: Entry;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'store-cli-'));
  old = await make('images', { arch: 'x86_64' }, 'x86_64', '2026-10-01T10:00:00Z');
  old.release();
  used = await make('disks', { fs: 'xfs' }, 'debian13-x86_64-xfs', '2026-09-01T10:00:00Z');
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function make(kind: string, inputs: Record<string, string>, label: string, lastUse: string): Promise<Entry> {
  const build = (folder: string) => writeFile(join(folder, 'file'), Buffer.alloc(1 << 20));
  const entry = await new Store(root).obtain(kind, inputs, build, { label });
  await utimes(entry.folder, new Date(lastUse), new Date(lastUse));
  return entry;
}

async function store(line: string, command = start): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const words = line.split(' ').filter(Boolean);
  const parsed = parseFlags('store', [...words, '--cache', root], flags, ['ACTION', 'CELL|KEY']);
  const code = await command(parsed, {
    cwd: root,
    env: {},
    arch: 'x86_64',
    print: (text) => lines.push(...text.split('\n')),
    signal: new AbortController().signal,
    install: false,
  });
  return { code, lines };
}

const disk = keyOf({ fs: 'xfs' });
const image = keyOf({ arch: 'x86_64' });

test('list', async () => {
  expect(await store('list')).toEqual({
    code: 0,
    lines: [
      'kind    key                   label                size     last use, UTC',
      `disks   ${disk}  debian13-x86_64-xfs  1.0 MiB  2026-09-01 10:00    in use`,
      `images  ${image}  x86_64               1.0 MiB  2026-10-01 10:00`,
      '2.0 MiB in all: disks 1.0 MiB, images 1.0 MiB',
    ],
  });
});

test('gc says what goes, what stays, and why it is more than was asked for', async () => {
  const gone = `images/${image} (x86_64), 1.0 MiB, last used 2026-10-01 10:00 UTC`;
  const stays = 'stays     1.0 MiB in all: disks 1.0 MiB; more than 1.0 KiB, since the rest is in use';
  expect((await store('gc --max 1K --dry-run')).lines).toEqual([`would go  ${gone}`, stays]);
  expect(await readdir(old.folder)).toContain('file');
  expect((await store('gc --max 1K')).lines).toEqual([`removed   ${gone}`, stays]);
  await expect(readdir(old.folder)).rejects.toThrow('ENOENT');
  expect(await readdir(used.folder)).toContain('file');
});

test('verify ends with 125 where something is damaged', async () => {
  expect(await store('verify')).toEqual({
    code: 0,
    lines: [`sound     disks/${disk} (debian13-x86_64-xfs)`, `sound     images/${image} (x86_64)`],
  });
  await writeFile(join(old.folder, 'file'), 'cut');
  expect(await store(`verify ${image.slice(0, 6)}`)).toEqual({
    code: 125,
    lines: [
      `damaged   images/${image} (x86_64); it is made anew when it is next needed`,
      '          file: 3 bytes instead of 1048576',
    ],
  });
});

test('why: by key, by label, and for a cell by what it needs now', async () => {
  for (const word of [disk.slice(0, 8), 'debian13-x86_64-xfs']) {
    expect(
      (
        await store(
          `why ${word}`,
          storeCommand(async () => undefined),
        )
      ).lines[0],
    ).toBe(`disks/${disk} (debian13-x86_64-xfs) is there: ${used.folder}`);
  }
  const needs = async (label: string) => [{ kind: 'disks', inputs: { fs: 'ext4' }, label }];
  const { lines } = await store('why debian13-x86_64-xfs', storeCommand(needs));
  expect([lines[0], lines.at(-1)]).toEqual([
    `disks/${keyOf({ fs: 'ext4' })} is not there: it will be made.`,
    '  fs  xfs -> ext4',
  ]);
});

test.each([
  ['', 'store-what', 'list, why, gc, verify'],
  ['lst', 'unknown-action', 'did you mean list?'],
  ['why', 'store-what', 'id of a cell'],
  ['why debian13-x86_64-xfx', 'unknown-entry', 'did you mean debian13-x86_64-xfs?'],
  ['gc', 'store-what', '--max is missing'],
  ['gc --max much', 'not-a-size', '--max much'],
  ['list --max 5G', 'not-for-this-action', 'store list does not take --max; it takes nothing more'],
  ['gc --max 5G all', 'not-for-this-action', 'store gc does not take all'],
  ['verify ffff', 'unknown-key', 'ffff'],
])('"store %s" is refused: %s', async (line, code, words) => {
  const error = await store(line).catch((reason) => reason);
  expect(error).toMatchObject({ code, fault: 'usage', message: expect.stringContaining(words) });
});
