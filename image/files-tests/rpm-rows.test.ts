import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Distribution } from '../../runners/matrix/distribution.ts';
import { loadMatrix } from '../../runners/matrix/load.ts';
import { installers, showInstaller } from './show.test-support.ts';

/* What matrix.yaml says of a distribution of rpm packages, and what its installer would do. */

type RpmMd = Extract<Distribution, { family: 'rpm-md' }>;
const { distributions, mirrors } = loadMatrix();
const rows = Object.entries(distributions).filter((entry): entry is [string, RpmMd] => entry[1].family === 'rpm-md');

test('each row has its installer', () => {
  expect(rows.length).toBe(9);
  expect(rows.filter(([id]) => !existsSync(join(installers, `${id}.sh`))).map(([id]) => id)).toEqual([]);
});

describe.each(rows)('%s', (id, row) => {
  test('asks for the packages of its row, and for the kernel', async () => {
    const { packages = [], 'first packages': first } = await showInstaller(id);
    const asked = packages[0]?.split(' ') ?? [];
    const kernel = row.published.x86_64?.['kernel-package'] ?? '';
    expect(new Set(asked)).toEqual(new Set([...row.packages, kernel, 'xfsprogs']));
    expect(first?.[0]?.split(' ')).toEqual(row['first-packages']);
  });

  test('has the package manager and the database of its row', async () => {
    const shown = await showInstaller(id);
    expect(shown['package manager']).toEqual([row['package-manager']]);
    expect(shown.database).toEqual([`${row['rpm-database'].format} ${row['rpm-database'].path}`]);
  });

  test('reads the repositories of its row, at the first of its mirrors', async () => {
    const shown = await showInstaller(id);
    expect(shown.repository).toEqual(Object.entries(row.repositories).map(([name, path]) => `${name}=${path}`));
    const here = row.published[process.arch === 'arm64' ? 'aarch64' : 'x86_64'];
    const origins = mirrors[here?.archive ?? '']?.origins ?? [];
    expect(shown.mirror).toEqual(origins.slice(0, 1).map((origin) => (origin === 'host-apt' ? origin : origin.uri)));
  });

  test('verifies, or says in the words of its row why not', async () => {
    const shown = await showInstaller(id);
    expect(shown.unverified).toEqual(row.signatures ? [row.signatures.because] : undefined);
    expect(shown.key?.length).toBe(row.keys.length);
  });

  test('takes the filesystem of its row by itself', async () => {
    expect((await showInstaller(id)).filesystem).toEqual([row['default-fs']]);
  });
});

test('a locale of the user’s brings its package where the C library has none, and only there', async () => {
  const asked = async (id: string) => (await showInstaller(id, { LOCALE: 'ja_JP.UTF-8' })).packages?.[0];
  expect(await asked('rocky8')).toMatch(/ glibc-langpack-ja$/);
  expect(await asked('centos7')).not.toContain('langpack');
});
