import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Debootstrap, packageSourcesOf } from '../../runners/matrix/distribution.ts';
import { loadMatrix } from '../../runners/matrix/load.ts';
import { showInstaller } from './show.test-support.ts';

/* What matrix.yaml says of a distribution, and what its installer does: each is asked before it does anything. */

const rows = Object.entries(loadMatrix().distributions).filter(
  (entry): entry is [string, Debootstrap] => entry[1].family === 'debootstrap',
);
const keyrings: Readonly<Record<string, string>> = {
  debian: 'debian-archive-keyring',
  ubuntu: 'ubuntu-archive-keyring',
};

describe.each(rows)('%s', (id, row) => {
  test('asks for the packages of its row, and for the kernel', async () => {
    const asked = (await showInstaller(id)).packages?.[0]?.split(' ') ?? [];
    const kernel = row.published.x86_64?.['kernel-package'] ?? '';
    expect([...row.packages, kernel].filter((name) => !asked.includes(name))).toEqual([]);
  });

  test('reads the suites and components of its row, by the keys of its distributor', async () => {
    const shown = await showInstaller(id);
    expect(shown.suites?.flatMap((line) => line.split(' '))).toEqual(packageSourcesOf(row));
    expect(new Set(shown.components)).toEqual(new Set([row.components.join(' ')]));
    const keyring = `/usr/share/keyrings/${keyrings[row['os-release'].ID]}.gpg`;
    expect(new Set(shown['signed-by'])).toEqual(new Set([keyring]));
  });

  test('takes the filesystem of its row by itself', async () => {
    expect((await showInstaller(id)).filesystem).toEqual([row['default-fs']]);
  });
});

test('gentoo asks for what its row says, where its row says', async () => {
  const { gentoo } = loadMatrix().distributions;
  if (gentoo?.family !== 'stage3') throw new Error('the test needs this row');
  const shown = await showInstaller('gentoo', { MIRROR: 'http://m.invalid/gentoo/' });
  const { stage3 = '', 'kernel-package': kernel = '' } = gentoo.published.x86_64 ?? {};
  expect(shown).toMatchObject({
    packages: [[kernel, ...gentoo.packages, 'sys-fs/xfsprogs'].join(' ')],
    stage3: [`http://m.invalid/gentoo/${stage3}`],
    snapshot: [`http://m.invalid/gentoo/${gentoo.snapshot}`],
    key: gentoo.keys,
  });
});

test('each row has its installer', () => {
  const missing = rows.filter(([id]) => !existsSync(join(import.meta.dirname, '../files/root', `${id}.sh`)));
  expect(missing.map(([id]) => id)).toEqual([]);
});
