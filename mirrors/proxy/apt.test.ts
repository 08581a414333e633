import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTools } from '../../runners/host/tools.ts';
import { Apt, type Archive, makeArchive } from './apt.test-support.ts';
import { keyOf } from './archives.ts';
import type { File, Origin } from './origin.test-support.ts';
import { bench, type Run, withoutNginx } from './proxy.test-support.ts';
import { findRecord } from './records.ts';

const has = (name: string) => findTools(['extra'], []).some(({ probes, path }) => probes.includes(name) && path);
const lacking = withoutNginx || !has('gpg') || !existsSync('/usr/bin/apt-get');

const at = bench();

describe.skipIf(lacking)('what apt makes of it (skipped where nginx, gpg or apt is missing)', () => {
  let folder: string;
  let archive: Archive;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'apt-archive-'));
    archive = await makeArchive(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const mirror = (changes: Record<string, Partial<File>> = {}): Promise<Origin> =>
    at.origin(
      Object.fromEntries(Object.entries(archive.files).map(([path, file]) => [path, { ...file, ...changes[path] }])),
    );

  const behind = (run: Run, origin: Origin) => Apt.open(`${origin.uri}/debian`, archive.keyring, run.proxy.port);
  const archivesOf = (...origins: Origin[]) => {
    const [uri = '', ...mirrors] = origins.map((origin) => `${origin.uri}/debian`);
    return [{ uri, mirrors }];
  };

  test('installs; what it verified is kept, and the next run asks for InRelease alone', async () => {
    const origin = await mirror();
    for (const asked of [Object.values(archive.paths), [archive.paths.release]]) {
      origin.asked.length = 0;
      const run = await at.run(archivesOf(origin));
      await using apt = await behind(run, origin);
      expect(await apt.update()).toMatchObject({ exitCode: 0 });
      expect(await apt.download()).toMatchObject({ exitCode: 0 });
      await run.proxy.close();
      expect(origin.asked).toEqual(asked.map((path) => `GET ${path}`));
      expect(run.notes).toEqual([]);
    }
    const keys = [archive.paths.index, archive.paths.package].map((path) => keyOf(`${origin.uri}${path}`));
    expect(await at.tree('kept')).toEqual(keys);
  });

  test('a package that is cut off: apt goes on by itself, with what the next mirror has', async () => {
    const bad = await mirror({ [archive.paths.package]: { cutAt: 100_000 } });
    const good = await mirror();
    const run = await at.run(archivesOf(bad, good));
    await using apt = await behind(run, bad);
    await apt.update();
    expect(await apt.download()).toMatchObject({ exitCode: 0 });
    expect([bad, good].map(({ asked }) => asked.at(-1))).toEqual(Array(2).fill(`GET ${archive.paths.package}`));
    await run.proxy.close();
    expect(await at.tree('kept')).toHaveLength(2);
  });

  test('a wrong package: apt refuses it; once it is noticed, the next mirror is asked', async () => {
    const body = Buffer.from(archive.files[archive.paths.package]?.body ?? '');
    body[1000] = (body[1000] ?? 0) ^ 1;
    const [bad, good] = [await mirror({ [archive.paths.package]: { body } }), await mirror()];
    const one = await at.run(archivesOf(bad, good));
    await using apt = await behind(one, bad);
    await apt.update();
    const refused = await apt.download();
    expect(refused.exitCode).toBe(100);
    expect(refused.stderr).toMatch(/Hash Sum mismatch/);
    await one.proxy.close();
    expect(one.notes).toEqual([expect.stringMatching(/sent a wrong .*pkg_1\+x_all\.deb.* asked no more/)]);
    expect(await at.tree('kept')).toEqual([keyOf(`${bad.uri}${archive.paths.index}`)]);

    const two = await at.run(archivesOf(good));
    await using healed = await behind(two, good);
    await healed.update();
    expect(await healed.download()).toMatchObject({ exitCode: 0 });
  });

  test('an index that is not the one InRelease names: apt refuses it; its next try gets the next mirror', async () => {
    const [bad, good] = [await mirror({ [archive.paths.index]: { body: 'of last month' } }), await mirror()];
    const run = await at.run(archivesOf(bad, good));
    await using apt = await behind(run, bad);
    const refused = await apt.update();
    expect(refused.exitCode).toBe(100);
    expect(refused.stderr).toMatch(/Hash Sum mismatch|File has unexpected size/);
    await expect.poll(() => run.notes).toEqual([expect.stringMatching(/sent a wrong .*by-hash.* asked no more/)]);
    expect(await apt.update()).toMatchObject({ exitCode: 0 });
    await run.proxy.close();
    expect(await at.tree('kept')).toEqual([keyOf(`${bad.uri}${archive.paths.index}`)]);
  });

  test('no mirror at all: 502, and what is missing by name', { timeout: 120_000 }, async () => {
    const origin = await mirror();
    await origin[Symbol.asyncDispose]();
    const run = await at.run(archivesOf(origin));
    await using apt = await behind(run, origin);
    const { exitCode, stderr } = await apt.update();
    expect(exitCode).toBe(100);
    expect(stderr).toMatch(/InRelease *502 +Bad Gateway/);
    await run.proxy.close();
    expect(run.notes).toContainEqual(expect.stringMatching(/^nobody answers for .*InRelease: .*Connection refused/));
  });

  test('offline: the same install, with no mirror there', async () => {
    const origin = await mirror();
    const before = await at.run(archivesOf(origin));
    await using first = await behind(before, origin);
    await first.update();
    await first.download();
    await before.proxy.close(['cell']);
    await origin[Symbol.asyncDispose]();

    const run = await at.replay(await findRecord(join(at.cache, 'packages'), { cells: ['cell'] }));
    await using apt = await behind(run, origin);
    expect(await apt.update()).toMatchObject({ exitCode: 0 });
    expect(await apt.download()).toMatchObject({ exitCode: 0 });
    expect((await run.proxy.close()).archives).toMatchObject([{ kept: 3, failed: 0 }]);
  });
});
