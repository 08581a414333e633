import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMatrix } from '../runners/matrix/load.ts';
import type { Debootstrap } from '../runners/matrix/schema.ts';
import { aptUris } from './apt-sources.ts';
import { findArchive, findMirrors } from './origins.ts';

const trixie = loadMatrix().distributions.debian13 as Debootstrap;
const folder = mkdtempSync(join(tmpdir(), 'origins-'));

const release = (fields: Record<string, string>) =>
  [
    '-----BEGIN PGP SIGNED MESSAGE-----',
    'Hash: SHA256',
    '',
    ...Object.entries(fields).map(([k, v]) => `${k}: ${v}`),
    'SHA256:',
  ].join('\n');
const debian = {
  Origin: 'Debian',
  Label: 'Debian',
  Suite: 'stable',
  Version: '13.8',
  Codename: 'trixie',
  Date: 'Sat, 21 Nov 2026 09:15:44 UTC',
};
const security = {
  ...debian,
  Label: 'Debian-Security',
  Version: '13',
  Codename: 'trixie-security',
  Date: 'Sat, 21 Nov 2026 00:53:03 UTC',
};

/** An archive on a real socket: what it has, and a path that never answers. */
const files: Record<string, string> = {
  '/debian/dists/trixie/InRelease': release(debian),
  '/debian-security/dists/trixie-security/InRelease': release(security),
  '/vendor/dists/trixie/InRelease': release({ ...debian, Origin: 'Vendor' }),
  '/old/dists/trixie/InRelease': release({ ...debian, Codename: 'bookworm' }),
};
const server = createServer((request, response) => {
  if (request.url?.startsWith('/silent/')) return;
  const body = files[request.url ?? ''];
  response.writeHead(body ? 200 : 404).end(body);
});
let base = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

function aptFolder(name: string, contents: Record<string, string>): string {
  const at = join(folder, name);
  mkdirSync(join(at, 'sources.list.d'), { recursive: true });
  for (const [file, text] of Object.entries(contents)) writeFileSync(join(at, file), text);
  return at;
}

describe('aptUris', () => {
  it('reads both formats and leaves out what is no archive for a guest', () => {
    const at = aptFolder('formats', {
      'sources.list': [
        '# deb http://commented.test/debian trixie main',
        'deb cdrom:[Debian 13]/ trixie main',
        'deb [arch=amd64 signed-by=/k.gpg] http://one.test/debian/ trixie main # end',
        'deb-src http://source.test/debian trixie main',
        'deb http://one.test/debian trixie-updates main',
      ].join('\n'),
      'sources.list.d/debian.sources': [
        'Types: deb deb-src',
        '# URIs: http://commented.test/',
        'URIs: http://two.test/debian',
        ' https://three.test/debian',
        'Suites: trixie',
        '',
        'Enabled: no',
        'Types: deb',
        'URIs: http://disabled.test/debian',
        '',
        'types: deb',
        'uris: file:/srv/debian mirror+file:/etc/apt/mirrors http://four.test/$(ARCH)',
      ].join('\n'),
      'sources.list.d/off.list.disabled': 'deb http://off.test/debian trixie main',
    });
    expect(aptUris(at)).toEqual(['http://one.test/debian', 'http://two.test/debian', 'https://three.test/debian']);
  });

  it('finds nothing where there is no apt', () => {
    expect(aptUris(join(folder, 'none'))).toEqual([]);
  });
});

describe('findArchive', () => {
  it('takes the host’s apt, passing over archives of others and of other suites', async () => {
    const at = aptFolder('host', {
      'sources.list': ['vendor', 'old', 'debian', 'debian-security']
        .map((path) => `deb ${base}/${path} trixie main`)
        .join('\n'),
    });
    expect(await findArchive(trixie, ['host-apt'], { aptFolder: at })).toEqual({
      uri: `${base}/debian`,
      securityUri: `${base}/debian-security`,
      from: 'this host’s apt',
      securityFrom: 'this host’s apt',
      codename: 'trixie',
      version: '13.8',
      date: '2026-11-21T09:15:44.000Z',
      securityDate: '2026-11-21T00:53:03.000Z',
    });
  });

  it('falls back to the matrix’s origin, and says so', async () => {
    const at = aptFolder('other', { 'sources.list': `deb ${base}/vendor noble main` });
    const origins = ['host-apt' as const, { uri: `${base}/debian/`, security: `${base}/debian-security` }];
    expect(await findArchive(trixie, origins, { aptFolder: at })).toMatchObject({
      uri: `${base}/debian`,
      from: 'matrix.yaml',
    });
  });

  it('looks for the security suite in the archive itself where the origin names no other', async () => {
    files['/one/dists/trixie/InRelease'] = release(debian);
    files['/one/dists/trixie-security/InRelease'] = release(security);
    expect(await findArchive(trixie, [{ uri: `${base}/one` }])).toMatchObject({
      uri: `${base}/one`,
      securityUri: `${base}/one`,
    });
  });

  it('takes --mirror alone, and the security archive beside it', async () => {
    const at = aptFolder('mirror', { 'sources.list': 'deb http://127.0.0.1:1/debian trixie main' });
    expect(await findArchive(trixie, ['host-apt'], { aptFolder: at, mirror: `${base}/debian/` })).toMatchObject({
      uri: `${base}/debian`,
      from: '--mirror',
      securityUri: `${base}/debian-security`,
    });
    await expect(findArchive(trixie, ['host-apt'], { aptFolder: at, mirror: `${base}/old` })).rejects.toMatchObject({
      code: 'archive-unreachable',
    });
  });

  it('names every address it asked, and what came back', async () => {
    const origins = ['silent', 'vendor', 'missing'].map((path) => ({ uri: `${base}/${path}`, security: `${base}/x` }));
    const closed = { uri: 'http://127.0.0.1:1/debian', security: 'http://127.0.0.1:1/x' };
    const failure = findArchive(trixie, [...origins, closed], { timeout: 0.3 });
    await expect(failure).rejects.toMatchObject({ fault: 'harness', code: 'archive-unreachable' });
    const { message } = (await failure.catch((error: unknown) => error)) as Error;
    expect(message).toContain('no answer in 0.3 s');
    expect(message).toContain('is not an archive of debian but of "Vendor"');
    expect(message).toContain('404 Not Found');
    expect(message).toMatch(/127\.0\.0\.1:1\/debian \(matrix\.yaml\): (bad port|.*ECONNREFUSED)/);
  });
});

describe('findMirrors', () => {
  const nobody = () => false;

  it('has each address with the suite once, in the order of the origins, and keeps apart what is for security', async () => {
    const at = aptFolder('mirrors', {
      'sources.list': ['vendor', 'debian-security', 'debian']
        .map((path) => `deb ${base}/${path} trixie main`)
        .join('\n'),
    });
    const public_ = [
      { uri: `${base}/missing`, security: `${base}/missing` },
      { uri: `${base}/debian/`, security: `${base}/debian-security` },
    ];
    const origins = [...public_, 'host-apt' as const, { uri: 'http://127.0.0.1:1/debian', security: `${base}/old` }];
    expect(await findMirrors(trixie, origins, { aptFolder: at }, nobody)).toEqual({
      main: [`${base}/debian`],
      security: [`${base}/debian-security`],
    });
  });

  it('does not leave out one that is out of reach today and was answered under before', async () => {
    const away = { uri: 'http://127.0.0.1:1/debian', security: 'http://127.0.0.1:1/security' };
    const known = (uri: string) => uri === 'http://127.0.0.1:1/debian/dists/trixie/InRelease';
    const { main, security } = await findMirrors(trixie, [away], { timeout: 1 }, known);
    expect([main, security]).toEqual([['http://127.0.0.1:1/debian'], []]);
  });
});
