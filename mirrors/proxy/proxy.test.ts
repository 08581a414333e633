import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RunRegister } from '../../runners/host/run-register.ts';
import { keyOf } from './archives.ts';
import { freePort, onHost } from './nginx.ts';
import { unpackNginx } from './nginx-program.ts';
import { bench, nginx, withoutNginx } from './proxy.test-support.ts';

const at = bench();
const nobody = { uri: 'http://127.0.0.1:1/debian', mirrors: [] };

describe.skipIf(withoutNginx)('the proxy (skipped where there is no nginx to be had)', () => {
  test('fetches what is asked, once, and from then on has it', async () => {
    const origin = await at.origin({ '/debian/pool/c++_1~b.deb': { body: 'a package' } });
    const { get, proxy } = await at.run([{ uri: `${origin.uri}/debian`, mirrors: [] }]);
    for (const name of ['c++_1~b.deb', 'c%2b%2b_1~b.deb', 'c%2B%2B_1%7Eb.deb']) {
      const got = await get(`${origin.uri}/debian/pool/${name}`);
      expect(got).toMatchObject({ status: 200, whole: true, headers: { 'content-length': '9' } });
      expect(String(got.body)).toBe('a package');
    }
    expect(origin.asked).toHaveLength(1);
    expect(await proxy.close()).toMatchObject({
      archives: [{ archive: `${origin.uri}/debian`, miss: 1, hit: 2, kept: 0, bytes: 27 }],
      mirrors: [{ mirror: `${origin.uri}/debian`, asked: 1, failed: 0 }],
    });
  });

  test('answers for the archives of the run, and for nothing else', async () => {
    const origin = await at.origin({ '/debian/x': { body: 'x' }, '/private/x': { body: 'secret' } });
    const { get, proxy } = await at.run([{ uri: `${origin.uri}/debian`, mirrors: [] }]);
    for (const path of ['/private/x', '/debian/../private/x', '/debian-security/x', '/debian']) {
      const { status, body } = await get(`${origin.uri}${path}`);
      expect(status).toBe(403);
      expect(String(body)).toMatch(/is in none of the archives of this run/);
    }
    expect((await get(`http://localhost:${proxy.port}/debian/x`)).status).toBe(403);
    expect(origin.asked).toEqual([]);
  });

  test('listens on 127.0.0.1 and nowhere else', async () => {
    const { proxy } = await at.run([nobody]);
    const port = proxy.port.toString(16).toUpperCase().padStart(4, '0');
    const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
    const listening = tables.flatMap((table) =>
      table
        .split('\n')
        .map((line) => line.trim().split(/\s+/))
        .filter(([, local = '', , state]) => local.endsWith(`:${port}`) && state === '0A'),
    );
    expect(listening.map(([, local]) => local)).toEqual([`0100007F:${port}`]);
  });

  test('fetches once what many ask for at the same time', async () => {
    const origin = await at.origin({ '/d/x.deb': { body: Buffer.alloc(60_000, 'x'), rate: 60_000 } });
    const { get, proxy } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }]);
    const all = await Promise.all([1, 2, 3, 4].map(() => get(`${origin.uri}/d/x.deb`)));
    expect(all.map(({ status, whole, body }) => [status, whole, body.length])).toEqual(
      Array(4).fill([200, true, 60_000]),
    );
    expect(origin.asked).toEqual(['GET /d/x.deb']);
    expect((await proxy.close()).archives).toMatchObject([{ miss: 1, hit: 3 }]);
  });

  test('who asks for what another waits for is answered before apt gives up', async () => {
    const origin = await at.origin({ '/d/x.deb': { body: Buffer.alloc(40_000, 'x'), rate: 10_000 } });
    const patience = { connect: 1, silence: 1, pause: 1, share: 1 };
    const { get } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }], { patience });
    const first = get(`${origin.uri}/d/x.deb`);
    await expect.poll(() => origin.asked).toHaveLength(1);
    const second = await get(`${origin.uri}/d/x.deb`);
    expect([(await first).body.length, second.body.length]).toEqual([40_000, 40_000]);
    expect(origin.asked).toHaveLength(2);
  });

  test('what a hash vouches for is kept for later runs, what nothing vouches for is asked for again', async () => {
    const sum = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';
    const files = {
      [`/d/dists/s/main/by-hash/SHA256/${sum}`]: { body: 'x' },
      '/d/pool/x.deb': { body: 'unvouched' },
      '/d/dists/s/InRelease': { body: 'today' },
    };
    const origin = await at.origin(files);
    for (const round of [1, 2]) {
      const { get, proxy, notes } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }]);
      for (const path of Object.keys(files)) expect((await get(`${origin.uri}${path}`)).status).toBe(200);
      const { archives } = await proxy.close();
      expect(archives).toMatchObject([round === 1 ? { kept: 0, miss: 3 } : { kept: 1, miss: 2 }]);
      expect(notes).toEqual([expect.stringMatching(/^1 packages will be fetched again .*x\.deb$/)]);
    }
    expect(await at.tree('kept')).toEqual([keyOf(`${origin.uri}/d/dists/s/main/by-hash/SHA256/${sum}`)]);
    expect(await at.tree('latest')).toEqual([keyOf(`${origin.uri}/d/dists/s/InRelease`)]);
    expect(origin.asked).toHaveLength(5);
  });

  test('two runs at once share what is kept, and each has its own nginx', async () => {
    const sum = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';
    const origin = await at.origin({ [`/d/by-hash/SHA256/${sum}`]: { body: 'x' } });
    const archives = [{ uri: `${origin.uri}/d`, mirrors: [] }];
    const url = `${origin.uri}/d/by-hash/SHA256/${sum}`;
    const [one, two] = [await at.run(archives), await at.run(archives)];
    expect(one.proxy.port).not.toBe(two.proxy.port);
    await one.get(url);
    await expect.poll(() => at.tree('kept')).toEqual([keyOf(url)]);
    expect(String((await two.get(url)).body)).toBe('x');
    expect(origin.asked).toHaveLength(1);
    await one.proxy.close();
    expect(String((await two.get(url)).body)).toBe('x');
    expect((await two.proxy.close()).archives).toMatchObject([{ kept: 2, miss: 0 }]);
  });

  test('a port that somebody else has taken meanwhile is given up for another', { timeout: 30_000 }, async () => {
    // Not silent, but somebody else.
    const other = createServer((_, response) => void response.end('hello')).listen(0, '127.0.0.1');
    await expect.poll(() => other.listening).toBe(true);
    const taken = (other.address() as { port: number }).port;
    const ports = [taken, await freePort()];
    const origin = await at.origin({ '/d/x': { body: 'x' } });
    const { proxy, get } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }], {
      start: onHost(nginx ?? '', async () => ports.shift() ?? 0),
    });
    expect(proxy.port).not.toBe(taken);
    expect((await get(`${origin.uri}/d/x`)).status).toBe(200);
    other.close();
  });

  test('one that cannot start says why, with the line to paste', async () => {
    const started = at.run([nobody], {
      trust: '/etc/hostname',
      start: (job) => onHost(nginx ?? '')({ ...job, conf: () => 'nonsense;' }),
    });
    await expect(started).rejects.toMatchObject({
      code: 'proxy-not-started',
      message: expect.stringMatching(/unknown directive "nonsense"/),
      command: expect.stringMatching(/nginx -p .* -c /),
    });
  });

  test('leaves nothing in the cache but what is kept', async () => {
    const origin = await at.origin({ '/d/x': { body: 'x' } });
    const { proxy, get } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }]);
    await get(`${origin.uri}/d/x`);
    await proxy.close();
    expect((await readdir(join(at.cache, 'packages'))).toSorted()).toEqual(['content', 'latest', 'runs', 'work']);
    expect(await readdir(join(at.cache, 'packages/work'))).toEqual([]);
  });
});

test.skipIf(!existsSync('/usr/bin/apt-get'))('an nginx out of a package, unpacked and not installed', async () => {
  using register = new RunRegister(join(at.folder, 'state'), 'unpacking');
  const program = await unpackNginx(at.cache, register, new AbortController().signal);
  expect(program).toMatch(/\/nginx[a-z-]*_[^/]*\/usr\/sbin\/nginx$/);
  expect((await readdir(join(at.cache, 'nginx'))).filter((name) => name.startsWith('draft'))).toEqual([]);
  const origin = await at.origin({ '/d/x': { body: 'x' } });
  const { get } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }], { start: onHost(program ?? '') });
  expect((await get(`${origin.uri}/d/x`)).status).toBe(200);
});
