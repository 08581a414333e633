import { describe, expect, test } from 'vitest';
import { ask } from '../ask.ts';
import { startForwardProxy } from './forward-proxy.test-support.ts';
import { startOrigin } from './origin.test-support.ts';
import { bench, withoutNginx } from './proxy.test-support.ts';
import { makeCertificate } from './tls.test-support.ts';

const at = bench();
const hostOf = (uri: string) => new URL(uri).host;

describe.skipIf(withoutNginx)(
  'a host that reaches the world through a proxy (skipped where there is no nginx to be had)',
  () => {
    test('mirrors are asked through it, whose names nobody else knows, and are told apart', async () => {
      const one = await at.origin({ '/d/x y+z': { body: 'a package' } });
      const two = await at.origin({ '/d/other': { body: 'of the second' } });
      await using proxy = await startForwardProxy({
        'one.invalid': hostOf(one.uri),
        'two.invalid:8080': hostOf(two.uri),
      });
      const archive = { uri: 'http://one.invalid/d', mirrors: ['http://two.invalid:8080/d'] };
      const run = await at.run([archive], { env: { http_proxy: proxy.uri } });
      expect(String((await run.get('http://one.invalid/d/x%20y%2bz')).body)).toBe('a package');
      expect(String((await run.get('http://one.invalid/d/other')).body)).toBe('of the second');
      expect((await run.get('http://one.invalid/d/nowhere')).status).toBe(404);
      expect(proxy.asked.slice(0, 3)).toEqual([
        'GET http://one.invalid/d/x%20y+z',
        'GET http://one.invalid/d/other',
        'GET http://two.invalid:8080/d/other',
      ]);
      expect(one.hosts[0]).toBe('one.invalid');
      expect(await run.proxy.close()).toMatchObject({
        mirrors: [
          { mirror: 'http://one.invalid/d', asked: 3, failed: 0 },
          { mirror: 'http://two.invalid:8080/d', asked: 2, failed: 0 },
        ],
      });
      expect(run.notes).toEqual([]);
    });

    test('https goes through it unread, and the certificate is checked at this end', async () => {
      const { key, cert, trust } = await makeCertificate(at.folder, 'one.invalid');
      await using origin = await startOrigin({ '/d/x': { body: 'x' } }, { key, cert });
      const place = hostOf(origin.uri);
      await using proxy = await startForwardProxy({ 'one.invalid:443': place, 'two.invalid:443': place });
      const archives = ['one', 'two'].map((name) => ({ uri: `https://${name}.invalid/d`, mirrors: [] }));
      const { get, notes } = await at.run(archives, { trust, env: { https_proxy: proxy.uri } });
      expect((await get('http://one.invalid/d/x')).status).toBe(200);
      expect((await get('http://two.invalid/d/x')).status).toBe(502);
      expect(new Set(proxy.asked)).toEqual(new Set(['CONNECT one.invalid:443', 'CONNECT two.invalid:443']));
      await expect.poll(() => notes[0]).toMatch(/^https:\/\/two\.invalid\/d fails: Hostname\/IP does not match/);
    });

    test('whom no_proxy names is asked without it', async () => {
      const origin = await at.origin({ '/d/x': { body: 'x' } });
      await using proxy = await startForwardProxy({});
      const env = { http_proxy: proxy.uri, no_proxy: '127.0.0.1' };
      const { get } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }], { env });
      expect((await get(`${origin.uri}/d/x`)).status).toBe(200);
      expect([origin.asked, proxy.asked]).toEqual([['GET /d/x'], []]);
    });

    test('where a mirror sends on to, it is followed through the proxy', async () => {
      const origin = await at.origin({ '/d/x': { moved: 'http://two.invalid/e/x' }, '/e/x': { body: 'there' } });
      const place = hostOf(origin.uri);
      await using proxy = await startForwardProxy({ 'one.invalid': place, 'two.invalid': place });
      const { get } = await at.run([{ uri: 'http://one.invalid/d', mirrors: [] }], { env: { http_proxy: proxy.uri } });
      expect(String((await get('http://one.invalid/d/x')).body)).toBe('there');
      expect(
        String((await ask('http://one.invalid/d/x', { env: { http_proxy: proxy.uri }, ...unhurried() })).text),
      ).toBe('there');
    });

    test('a mirror that cuts off is the one that is asked no more, and nothing of it is kept', async () => {
      const body = Buffer.alloc(50_000, 'x');
      const { key, cert, trust } = await makeCertificate(at.folder, 'bad.invalid');
      await using bad = await startOrigin({ '/d/x': { body, cutAt: 20_000 }, '/d/y': { body: 'bad' } }, { key, cert });
      const good = await at.origin({ '/d/x': { body }, '/d/y': { body: 'good' } });
      const places = { 'bad.invalid:443': hostOf(bad.uri), 'good.invalid': hostOf(good.uri) };
      await using proxy = await startForwardProxy(places);
      const archive = { uri: 'https://bad.invalid/d', mirrors: ['http://good.invalid/d'] };
      const env = { http_proxy: proxy.uri, https_proxy: proxy.uri };
      const { get, notes } = await at.run([archive], { trust, env });
      expect((await get('http://bad.invalid/d/x')).whole).toBe(false);
      await expect
        .poll(() => notes.join())
        .toMatch(/^https:\/\/bad\.invalid\/d cut off x: upstream prematurely closed connection; .*asked no more/);
      expect((await get('http://bad.invalid/d/x')).body).toEqual(body);
      expect(String((await get('http://bad.invalid/d/y')).body)).toBe('good');
    });

    test('a mirror that says nothing is waited for by nobody when nginx has given it up', async () => {
      const origin = await at.origin({ '/d/x': { silent: true } });
      await using proxy = await startForwardProxy({ 'one.invalid': hostOf(origin.uri) });
      const { get } = await at.run([{ uri: 'http://one.invalid/d', mirrors: [] }], { env: { http_proxy: proxy.uri } });
      expect((await get('http://one.invalid/d/x')).status).toBe(502);
      expect(origin.asked).not.toEqual([]);
      await expect.poll(() => proxy.open).toBe(0);
    });

    test('what ends with its connection is not kept: it may have been cut off', async () => {
      const origin = await at.origin({ '/d/dists/s/by-hash/SHA256/00': { body: 'half', endless: true } });
      await using proxy = await startForwardProxy({});
      const env = { http_proxy: proxy.uri, no_proxy: '*' };
      const { get } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }], { env });
      for (let round = 0; round < 2; round++) await get(`${origin.uri}/d/dists/s/by-hash/SHA256/00`);
      expect(origin.asked).toHaveLength(2);
    });

    test('a proxy that asks for a password, that is gone, or that does not reach the mirror: which it was is said', async () => {
      await using proxy = await startForwardProxy({}, 'name:word');
      const gone = await startForwardProxy({});
      await gone[Symbol.asyncDispose]();
      const archive = { uri: 'http://one.invalid/d', mirrors: [] };
      const said = async (http_proxy: string) => {
        const { get, notes } = await at.run([archive], { env: { http_proxy } });
        expect((await get(`${archive.uri}/x`)).status).toBe(502);
        await expect.poll(() => notes[0]).toBeDefined();
        return notes[0];
      };
      expect(await said(proxy.uri.replace('name:word@', ''))).toMatch(/fails: this host’s proxy asks for a name/);
      expect(await said(proxy.uri)).toMatch(/fails: answers with status 503$/);
      expect(await said(gone.uri)).toMatch(/fails: connect ECONNREFUSED 127\.0\.0\.1:\d+$/);
    });
  },
);

const unhurried = () => ({ signal: AbortSignal.timeout(10_000) });

test('an archive is looked for through it, with the name and password of its address', async () => {
  await using origin = await startOrigin({ '/x': { body: 'x' } });
  await using proxy = await startForwardProxy({ 'one.invalid': hostOf(origin.uri) }, 'name:word');
  expect(await ask('http://one.invalid/x', { env: { http_proxy: proxy.uri }, ...unhurried() })).toMatchObject({
    ok: true,
    text: 'x',
  });
  const stranger = proxy.uri.replace('name:word@', '');
  expect((await ask('http://one.invalid/x', { env: { HTTP_PROXY: stranger }, ...unhurried() })).status).toBe(407);
});
