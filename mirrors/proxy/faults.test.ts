import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keyOf } from './archives.ts';
import { bench, withoutNginx } from './proxy.test-support.ts';

const at = bench();
const closed = 'http://127.0.0.1:1/d';
const sha256 = (body: string) => createHash('sha256').update(body).digest('hex');
const hashed = (body: string) => `/d/dists/s/main/binary-amd64/by-hash/SHA256/${sha256(body)}`;

describe.skipIf(withoutNginx)('mirrors that fail (skipped where there is no nginx to be had)', () => {
  test('in order: the second is asked only where the first fails, the third where the second does', async () => {
    const names = ['one', 'two', 'three'];
    const [one, two, three] = await Promise.all(
      names.map((body) => at.origin({ '/d/x': { body }, [`/d/${body}`]: { body } })),
    );
    if (!one || !two || !three) throw new Error('three origins');
    const { get } = await at.run([{ uri: `${one.uri}/d`, mirrors: [`${two.uri}/d`, `${three.uri}/d`] }]);
    expect(String((await get(`${one.uri}/d/x`)).body)).toBe('one');
    expect([two.asked, three.asked]).toEqual([[], []]);
    expect(String((await get(`${one.uri}/d/three`)).body)).toBe('three');
    expect([one, two, three].map(({ asked }) => asked.at(-1))).toEqual(Array(3).fill('GET /d/three'));
    // Each is spoken to by its own name.
    expect(`http://${two.hosts.at(-1)}`).toBe(two.uri);
    expect((await get(`${one.uri}/d/nowhere`)).status).toBe(404);
  });

  test('a mirror elsewhere on its host, and one that sends on', async () => {
    const target = await at.origin({ '/pub/linux/d/pool/x.deb': { body: 'there' } });
    const mover = await at.origin({ '/d/pool/x.deb': { moved: `${target.uri}/pub/linux/d/pool/x.deb` } });
    const { get } = await at.run([
      { uri: closed, mirrors: [`${target.uri}/pub/linux/d/`] },
      { uri: `${mover.uri}/d`, mirrors: [] },
    ]);
    for (const uri of [closed, `${mover.uri}/d`]) expect(String((await get(`${uri}/pool/x.deb`)).body)).toBe('there');
  });

  test('connection refused: the next mirror, and a note; without one, an error that names the file', async () => {
    const good = await at.origin({ '/d/x': { body: 'x' } });
    const { get, notes } = await at.run([
      { uri: closed, mirrors: [`${good.uri}/d`] },
      { uri: 'http://127.0.0.1:2/d', mirrors: [] },
    ]);
    expect((await get(`${closed}/x`)).status).toBe(200);
    const { status, body } = await get('http://127.0.0.1:2/d/InRelease');
    expect(status).toBe(502);
    expect(String(body)).toBe(
      'no mirror answered for http://127.0.0.1:2/d/InRelease, and no earlier run has kept it\n',
    );
    await expect
      .poll(() => notes)
      .toEqual([
        `${closed} fails: connect() failed (111: Connection refused)`,
        'http://127.0.0.1:2/d fails: connect() failed (111: Connection refused)',
        'nobody answers for http://127.0.0.1:2/d/InRelease: http://127.0.0.1:2/d: connect() failed (111: Connection refused)',
      ]);
  });

  test('a mirror whose name nobody knows is left out, and said', async () => {
    const good = await at.origin({ '/d/x': { body: 'x' } });
    const uri = 'http://no-such-host.invalid/d';
    const { get, notes } = await at.run([{ uri, mirrors: [`${good.uri}/d`] }]);
    expect((await get(`${uri}/x`)).status).toBe(200);
    expect(notes).toEqual([`${uri} fails: the name no-such-host.invalid is not known`]);
  });

  test('503: asked twice, then the next mirror', async () => {
    const bad = await at.origin({ '/d/x': { status: 503, body: 'busy' } });
    const good = await at.origin({ '/d/x': { body: 'x' } });
    const { get, notes, proxy } = await at.run([{ uri: `${bad.uri}/d`, mirrors: [`${good.uri}/d`] }]);
    expect(String((await get(`${bad.uri}/d/x`)).body)).toBe('x');
    expect(bad.asked).toHaveLength(2);
    expect((await proxy.close()).mirrors).toMatchObject([
      { asked: 1, failed: 1 },
      { asked: 1, failed: 0 },
    ]);
    expect(notes).toEqual([`${bad.uri}/d fails: answers with status 503`]);
  });

  test('503 from the only mirror is an error, and none that is remembered', async () => {
    const origin = await at.origin({ '/d/x': { status: 503 } });
    const { get } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }]);
    expect((await get(`${origin.uri}/d/x`)).status).toBe(502);
    origin.files['/d/x'] = { body: 'x' };
    expect((await get(`${origin.uri}/d/x`)).status).toBe(200);
  });

  test('silence: the next mirror', async () => {
    const bad = await at.origin({ '/d/x': { silent: true } });
    const good = await at.origin({ '/d/x': { body: 'x' } });
    const { get, notes } = await at.run([{ uri: `${bad.uri}/d`, mirrors: [`${good.uri}/d`] }]);
    expect(String((await get(`${bad.uri}/d/x`)).body)).toBe('x');
    await expect.poll(() => notes).toEqual([expect.stringMatching(/fails: upstream timed out \(110/)]);
  });

  test.each([
    ['with its length said before', { cutAt: 500 }],
    ['in chunks', { cutAt: 500, chunked: true }],
  ])('cut off %s: never kept, and the mirror is asked no more', async (_, fault) => {
    const body = 'x'.repeat(1000);
    const bad = await at.origin({ [hashed(body)]: { body, ...fault } });
    const good = await at.origin({ [hashed(body)]: { body } });
    const { get, notes, proxy } = await at.run([{ uri: `${bad.uri}/d`, mirrors: [`${good.uri}/d`] }]);
    const url = `${bad.uri}${hashed(body)}`;
    expect(await get(url)).toMatchObject({ status: 200, whole: false });
    await expect
      .poll(() => notes)
      .toEqual([expect.stringMatching(/cut off dists\/.*prematurely closed.*; it is asked no more/)]);
    expect(await get(url)).toMatchObject({ status: 200, whole: true });
    expect([bad.asked.length, good.asked.length]).toEqual([1, 1]);
    await expect.poll(() => at.tree('kept')).toEqual([keyOf(url)]);
    expect((await proxy.close()).mirrors).toMatchObject([{ failed: 1 }, { failed: 0 }]);
  });

  test('cut off by the only mirror: asked again, and whole in the end', async () => {
    const body = 'x'.repeat(1000);
    const origin = await at.origin({ '/d/x.deb': { body, cutAt: 500 } });
    const { get } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }]);
    expect((await get(`${origin.uri}/d/x.deb`)).whole).toBe(false);
    origin.files['/d/x.deb'] = { body };
    // As apt goes on.
    const rest = await get(`${origin.uri}/d/x.deb`, { range: 'bytes=500-' });
    expect([rest.status, rest.body.length, origin.asked.at(-1)]).toEqual([206, 500, 'GET /d/x.deb']);
  });

  test('what ends when the connection does is passed on and not kept', async () => {
    const origin = await at.origin({ '/d/x': { body: 'half of it', endless: true } });
    const { get, proxy } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }]);
    for (const _ of [1, 2]) expect(String((await get(`${origin.uri}/d/x`)).body)).toBe('half of it');
    expect(origin.asked).toHaveLength(2);
    await proxy.close();
    expect(await at.tree('latest')).toEqual([]);
  });

  test('other bytes than the name says: not kept, asked of the next mirror, noted', async () => {
    const bad = await at.origin({ [hashed('right')]: { body: 'wrong' } });
    const good = await at.origin({ [hashed('right')]: { body: 'right' } });
    const { get, notes, proxy } = await at.run([{ uri: `${bad.uri}/d`, mirrors: [`${good.uri}/d`] }]);
    const url = `${bad.uri}${hashed('right')}`;
    expect(String((await get(url)).body)).toBe('wrong');
    await expect
      .poll(() => notes)
      .toEqual([expect.stringMatching(/ sent a wrong http:.*sha256 that its name says.*asked no more/)]);
    expect(String((await get(url)).body)).toBe('right');
    await proxy.close();
    expect(await at.tree('kept')).toEqual([keyOf(url)]);
    expect(readFileSync(join(at.cache, 'packages/kept', keyOf(url)), 'utf8')).toBe('right');
  });

  test('other bytes than the index says, of the only mirror: the next run gets the right ones', async () => {
    const packages = `Package: p\nFilename: pool/p_1.deb\nSHA256: ${sha256('right')}\n\n`;
    const index = '/d/dists/s/main/binary-amd64/Packages';
    const origin = await at.origin({ [index]: { body: packages }, '/d/pool/p_1.deb': { body: 'wrong' } });
    const archives = [{ uri: `${origin.uri}/d`, mirrors: [] }];
    const one = await at.run(archives);
    for (const path of [index, '/d/pool/p_1.deb']) await one.get(`${origin.uri}${path}`);
    await one.proxy.close();
    const said = /sent a wrong .*p_1\.deb.* sha256 that .*binary-amd64\/Packages says, [0-9a-f]{64}$/;
    expect(one.notes).toEqual([expect.stringMatching(said)]);
    expect(await at.tree('kept')).toEqual([]);
    origin.files['/d/pool/p_1.deb'] = { body: 'right' };
    const two = await at.run(archives);
    for (const path of [index, '/d/pool/p_1.deb']) await two.get(`${origin.uri}${path}`);
    await two.proxy.close();
    expect(two.notes).toEqual([]);
    expect(await at.tree('kept')).toEqual([keyOf(`${origin.uri}/d/pool/p_1.deb`)]);
  });

  test('no mirror any more: what an earlier run saw, with a note', async () => {
    const files = { '/d/dists/s/InRelease': { body: 'of Saturday', modified: new Date('2026-11-21T09:15:44Z') } };
    const origin = await at.origin(files);
    const archives = [{ uri: `${origin.uri}/d`, mirrors: [] }];
    const url = `${origin.uri}/d/dists/s/InRelease`;
    const one = await at.run(archives);
    await one.get(url);
    await one.proxy.close();
    await origin[Symbol.asyncDispose]();
    const two = await at.run(archives);
    const { status, body, headers } = await two.get(url);
    expect([status, String(body), headers['last-modified']]).toEqual([
      200,
      'of Saturday',
      'Sat, 21 Nov 2026 09:15:44 GMT',
    ]);
    expect((await two.proxy.close()).archives).toMatchObject([{ stale: 1, miss: 0, failed: 0 }]);
    expect(two.notes).toEqual([
      `${origin.uri}/d fails: connect() failed (111: Connection refused)`,
      `${url} is answered as an earlier run saw it of 2026-11-21 09:15 UTC: ${origin.uri}/d: connect() failed (111: Connection refused)`,
    ]);
    expect(readFileSync(join(at.folder, two.name, 'answered.log'), 'utf8')).toContain('"source":"stale"');
  });

  test('a mirror that stands still is noted, and does not replace what is newer', async () => {
    const path = '/d/dists/s/InRelease';
    const [older, newer] = [new Date('2026-10-30T00:00:00Z'), new Date('2026-11-21T00:00:00Z')];
    const origin = await at.origin({ [path]: { body: 'new', modified: newer } });
    const archives = [{ uri: `${origin.uri}/d`, mirrors: [] }];
    const one = await at.run(archives);
    await one.get(`${origin.uri}${path}`);
    await one.proxy.close();
    origin.files[path] = { body: 'old', modified: older };
    const two = await at.run(archives);
    expect(String((await two.get(`${origin.uri}${path}`)).body)).toBe('old');
    await two.proxy.close();
    expect(two.notes).toEqual([
      expect.stringMatching(/is of 2026-10-30 00:00 UTC; an earlier run was answered with that of 2026-11-21/),
    ]);
    const [key = ''] = await at.tree('latest');
    expect(readFileSync(join(at.cache, 'packages/latest', key), 'utf8')).toBe('new');
  });

  test('50 kB/s: slow, whole, and the first bytes come at once', async () => {
    const body = Buffer.alloc(150_000, 'x');
    const origin = await at.origin({ '/d/x.deb': { body, rate: 50_000 } });
    const { get } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }]);
    const began = performance.now();
    expect((await get(`${origin.uri}/d/x.deb`)).body).toHaveLength(150_000);
    expect(performance.now() - began).toBeGreaterThan(2_500);
  });
});
