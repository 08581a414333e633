import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HarnessError } from '../runners/errors.ts';
import { type Exceptions, explainRefusal, sourcesFor } from './archive.ts';

const sha256 = 'a'.repeat(64);
const release = (lines: readonly string[]) =>
  [...lines, 'SHA256:', ` ${sha256} 11 main/binary-riscv64/Packages.xz`].join('\n');

/** What the mirror serves below dists/. */
let files: Record<string, string>;
const server = createServer((request, response) => {
  const body = files[request.url ?? ''];
  response.writeHead(body === undefined ? 404 : 200, { 'content-length': body?.length ?? 0 }).end(body);
});
let uri = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const rows: Exceptions = {
  suitesInstead: [{ arch: 'riscv64', suite: 'stable', until: '2026-12-31', because: 'the index is old' }],
  packagesElsewhere: [
    {
      ...({ arch: 'riscv64', name: 'kexec-tools', why: 'trixie has none', suite: 'forky' } as const),
      expired: { until: '2026-12-31', because: 'the mirror stands still' },
    },
  ],
};
const index = '/dists/trixie/main/binary-riscv64';
const whole = () => ({
  '/dists/trixie/InRelease': release(['Date: Sat, 21 Nov 2026 09:15:44 UTC']),
  '/dists/stable/InRelease': release(['Date: Sat, 12 Sep 2026 07:55:41 UTC']),
  '/dists/forky/InRelease': release([
    'Date: Fri, 30 Oct 2026 08:08:01 UTC',
    'Valid-Until: Fri, 06 Nov 2026 08:08:01 UTC',
  ]),
  [`${index}/by-hash/SHA256/${sha256}`]: 'eleven byte',
});
const ask = (day: string) =>
  sourcesFor('riscv64', { uri, releaseDate: '2026-11-21T09:15:44.000Z' }, { now: new Date(`${day}T12:00:00Z`), rows });

test('an index that is there makes the exception unnecessary, by hash or by its size', async () => {
  files = whole();
  const sources = await ask('2026-11-05');
  expect(sources.lines).toEqual([`deb ${uri} trixie main`, `deb ${uri} forky main`]);
  expect(sources.releases).toEqual({ trixie: '2026-11-21T09:15:44.000Z', forky: '2026-10-30T08:08:01.000Z' });
  expect(sources.exceptions).toEqual(['kexec-tools from forky: trixie has none']);
  files = {
    ...whole(),
    [`${index}/by-hash/SHA256/${sha256}`]: undefined as never,
    [`${index}/Packages.xz`]: 'eleven byte',
  };
  expect((await ask('2026-11-05')).lines[0]).toBe(`deb ${uri} trixie main`);
});

test('an index of another size has the other suite taken, under its own date, until the exception is over', async () => {
  files = {
    ...whole(),
    [`${index}/by-hash/SHA256/${sha256}`]: undefined as never,
    [`${index}/Packages.xz`]: 'ten bytes.',
  };
  const sources = await ask('2026-12-31');
  expect(sources.lines[0]).toBe(`deb ${uri} stable main`);
  expect(sources.releases.stable).toBe('2026-09-12T07:55:41.000Z');
  expect(sources.exceptions[0]).toBe('stable in place of trixie, until 2026-12-31: the index is old');
  expect((await ask('2027-01-01')).lines[0]).toBe(`deb ${uri} trixie main`);
});

test('a Release past its own date is excused until the exception is over, and no other line with it', async () => {
  files = whole();
  expect((await ask('2026-11-23')).lines).toEqual([
    `deb ${uri} trixie main`,
    `deb [check-valid-until=no] ${uri} forky main`,
  ]);
  expect((await ask('2027-01-01')).lines[1]).toBe(`deb ${uri} forky main`);
});

test('architectures without a row ask nothing', async () => {
  files = {};
  const sources = await sourcesFor('x86_64', { uri, releaseDate: 'then' }, { rows });
  expect(sources).toEqual({
    lines: [`deb ${uri} trixie main`],
    releases: { trixie: 'then' },
    elsewhere: [],
    exceptions: [],
  });
});

test('what apt refuses is told as what is wrong with the archive', async () => {
  const sources = await sourcesFor('x86_64', { uri, releaseDate: 'then' }, { rows });
  const told = (message: string) =>
    explainRefusal(new HarnessError({ code: 'command-failed', message }), 'x86_64', sources);
  expect(told('E: Failed to fetch x  File has unexpected size (1 != 2). Mirror sync in progress?')).toMatchObject({
    code: 'archive-inconsistent',
    message: expect.stringContaining('unexpected size (1 != 2)'),
    hint: expect.stringContaining('--mirror'),
  });
  expect(told('E: Release file for http://x/InRelease is expired (invalid since 17d)')).toMatchObject({
    code: 'archive-expired',
  });
  expect(told('E: Unable to locate package x')).toMatchObject({ code: 'command-failed' });
});

test('where there is a package proxy, it is asked in place of the archive', async () => {
  const at = 'http://archive.invalid/debian';
  files = Object.fromEntries(Object.entries(whole()).map(([path, text]) => [`${at}${path}`, text]));
  const origin = { uri: at, releaseDate: '2026-11-21T09:15:44.000Z', via: Number(new URL(uri).port) };
  const { lines, releases } = await sourcesFor('riscv64', origin, { now: new Date('2026-11-05T12:00:00Z'), rows });
  expect(lines).toEqual([`deb ${at} trixie main`, `deb ${at} forky main`]);
  expect(releases.forky).toBe('2026-10-30T08:08:01.000Z');
});
