import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { findArchiveOf } from './archive.ts';
import { imageSource } from './image.ts';

/* Who asks an archive how often. */

const asked: string[] = [];
const archive = createServer(({ url = '' }, response) => {
  asked.push(url);
  const suite = url.split('/').at(-2);
  response.end(`Origin: Debian\nCodename: ${suite}\nDate: Sat, 21 Nov 2026 09:15:44 UTC\n`);
});
let mirror: string;
beforeAll(async () => {
  await once(archive.listen(0, '127.0.0.1'), 'listening');
  mirror = `http://127.0.0.1:${(archive.address() as AddressInfo).port}/debian`;
});
afterAll(() => void archive.close());
beforeEach(() => void asked.splice(0));

const find = (signal: AbortSignal) => findArchiveOf(imageSource(), { mirror }, signal);

test('a cell and its image that ask for the same at the same time ask once', async () => {
  const { signal } = new AbortController();
  const [one, other] = await Promise.all([find(signal), find(signal)]);
  expect(one).toBe(other);
  expect(asked).toEqual(['/debian/dists/trixie/InRelease', '/debian-security/dists/trixie-security/InRelease']);
});

test('later it is asked again, and by whom another may break off', async () => {
  const { signal } = new AbortController();
  await find(signal);
  await Promise.all([find(signal), find(new AbortController().signal)]);
  expect(asked).toHaveLength(6);
});
