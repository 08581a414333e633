import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOrigin } from './origin.test-support.ts';
import { bench, withoutNginx } from './proxy.test-support.ts';
import { makeCertificate } from './tls.test-support.ts';

const at = bench();

describe.skipIf(withoutNginx)('https (skipped where there is no nginx to be had)', () => {
  let folder: string;
  let certificate: Awaited<ReturnType<typeof makeCertificate>>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'proxy-tls-'));
    certificate = await makeCertificate(folder, 'localhost');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each([
    ['trusted', 'localhost', true, 200, undefined],
    ['of a stranger', 'localhost', false, 502, /certificate verify error/],
    ['for another name', '127.0.0.1', true, 502, /certificate does not match "127.0.0.1"/],
  ])('a certificate %s', async (_, name, trusted, status, reason) => {
    await using origin = await startOrigin({ '/d/x': { body: 'x' } }, certificate, name);
    const trust = trusted ? { trust: certificate.trust } : {};
    const { get, notes } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }], trust);
    // Guests ask by http.
    expect((await get(`${origin.uri.replace('https', 'http')}/d/x`)).status).toBe(status);
    if (reason) await expect.poll(() => notes[0]).toMatch(reason);
  });
});
