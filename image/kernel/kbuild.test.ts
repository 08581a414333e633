import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownObjectsIn, ownObjectsOf } from './kbuild.ts';

test('an option has the objects that are named for it, and the parts of those that are made of several', () => {
  const text = [
    'ccflags-y += -I $(src)/lib',
    'obj-$(CONFIG_BIG)\t\t+= big.o',
    'big-y\t:= main.o \\',
    '\t   $(addprefix lib/, \\',
    '\t   tree.o list.o)',
    'big-objs += more.o',
    'big-$(CONFIG_BIG_QUOTA) += quota.o quota_file.o',
    'obj-$(CONFIG_SMALL) += small.o other.o',
    'obj-$(CONFIG_FOLDER) += folder/',
    'obj-y += always.o',
    'lib-$(CONFIG_SMALL) += helper.o',
  ].join('\n');
  expect(Object.fromEntries(ownObjectsOf(text))).toEqual({
    BIG: 4,
    BIG_QUOTA: 2,
    SMALL: 3,
    FOLDER: 0,
  });
});

test('of all the Makefiles below the folders that a kernel is built of', async () => {
  const source = mkdtempSync(join(tmpdir(), 'kbuild-'));
  try {
    for (const [folder, text] of [
      ['fs/big', 'obj-$(CONFIG_BIG) += a.o'],
      ['net', 'obj-$(CONFIG_BIG) += b.o c.o'],
      ['tools', 'obj-$(CONFIG_BIG) += d.o'],
    ] as const) {
      mkdirSync(join(source, folder), { recursive: true });
      writeFileSync(join(source, folder, 'Makefile'), `${text}\n`);
    }
    expect(Object.fromEntries(await ownObjectsIn(source))).toEqual({ BIG: 3 });
  } finally {
    rmSync(source, { recursive: true });
  }
});
