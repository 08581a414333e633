import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readersIn } from './readers.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'readers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** As Linux 6.12 has it. */
const cmd = (object: string, options: readonly string[]) =>
  [
    `savedcmd_${object} := gcc -c -o ${object}`,
    `deps_${object} := \\`,
    ...options.map((option) => `    $(wildcard include/config/${option}) \\`),
    '  include/linux/types.h \\',
  ].join('\n');

test('by option the objects that are compiled again where it changes, each once', async () => {
  mkdirSync(join(folder, 'fs/ext4'), { recursive: true });
  writeFileSync(join(folder, 'fs/.open.o.cmd'), cmd('fs/open.o', ['PREEMPTION', 'FANOTIFY', 'PREEMPTION']));
  writeFileSync(join(folder, 'fs/ext4/.super.o.cmd'), cmd('fs/ext4/super.o', ['PREEMPTION']));
  writeFileSync(join(folder, 'fs/.built-in.a.cmd'), 'savedcmd_fs/built-in.a := ar');
  const readers = await readersIn(folder);
  expect(readers?.objects).toBe(2);
  expect(Object.fromEntries(readers?.of ?? [])).toEqual({ PREEMPTION: [0, 1], FANOTIFY: [0] });
});

test('where no kernel was built nothing is known', async () => {
  expect(await readersIn(folder)).toBe(undefined);
  expect(await readersIn(join(folder, 'none'))).toBe(undefined);
});
