import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LogReader, parseAnswered, parseAsked, parseTrouble } from './logs.ts';

const answered = (fields: Record<string, string>) =>
  parseAnswered(
    JSON.stringify({
      time: '1.5',
      asked: 'h/x',
      source: 'mirrors',
      cache: 'MISS',
      status: '200',
      bytes: '7',
      ...fields,
    }),
  );

test.each([
  [{}, 'miss'],
  [{ cache: 'HIT' }, 'hit'],
  [{ status: '404' }, 'absent'],
  [{ status: '502' }, 'failed'],
  [{ source: 'kept', cache: '' }, 'kept'],
  [{ source: 'stale' }, 'stale'],
  [{ source: 'refused', cache: '', status: '403' }, 'refused'],
])('an answer with %j is one of the kind %s', (fields, source) => {
  expect(answered(fields)).toMatchObject({ time: 1500, key: 'h/x', source, bytes: 7 });
});

test('who was asked for a file, in turn', () => {
  const line = {
    ...{ time: '1.5', archive: 'a0', path: 'pool/x', trail: ' a0m0 a0m1 a0m1' },
    ...{ statuses: '503, 502 : 302 : 200', bytes: '100, 0 : 20 : 4000' },
  };
  expect(parseAsked(JSON.stringify(line))).toEqual({
    archive: 'a0',
    path: 'pool/x',
    attempts: [
      { mirror: 'a0m0', status: 502, bytes: 100 },
      { mirror: 'a0m1', status: 302, bytes: 20 },
      { mirror: 'a0m1', status: 200, bytes: 4000 },
    ],
  });
});

/** As nginx 1.22 wrote them. */
describe('trouble with a mirror', () => {
  const line = (words: string, path = 'pool/x%25_1.deb', client = 'unix:') =>
    `2026/11/23 21:46:39 [error] 13778#13778: *17 ${words}, client: ${client}, server: , request: "GET /a0/${path} HTTP/1.1", upstream: "http://192.0.2.1:80/d/${path}", host: "mirrors"`;

  test.each([
    ['upstream prematurely closed connection while reading upstream', true, 'upstream prematurely closed connection'],
    [
      'upstream timed out (110: Connection timed out) while reading upstream',
      true,
      'upstream timed out (110: Connection timed out)',
    ],
    [
      'connect() failed (111: Connection refused) while connecting to upstream',
      false,
      'connect() failed (111: Connection refused)',
    ],
    ['no live upstreams while connecting to upstream', false, 'no live upstreams'],
    [
      'upstream SSL certificate verify error: (20:unable to get local issuer certificate) while SSL handshaking to upstream',
      false,
      'upstream SSL certificate verify error: (20:unable to get local issuer certificate)',
    ],
  ])('%s', (words, cutOff, reason) => {
    const asked = 'http://192.0.2.1:80/d/pool/x%25_1.deb';
    expect(parseTrouble(line(words))).toEqual({ archive: 'a0', path: 'pool/x%_1.deb', asked, reason, cutOff });
  });

  test('what guests’ own server says of the same, and what is none', () => {
    const words = 'upstream prematurely closed connection while reading upstream';
    expect(parseTrouble(line(words, 'x', '127.0.0.1'))).toBe(undefined);
    expect(parseTrouble('2026/11/23 21:46:38 [notice] 1#1: using the "epoll" event method')).toBe(undefined);
  });
});

describe('reading a log while it is written', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'logs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('each line once, in order, whole', () => {
    const file = join(folder, 'log');
    const seen: string[] = [];
    using reader = new LogReader(file, (line) => void seen.push(line));
    reader.catchUp();
    writeFileSync(file, 'one\ntw');
    reader.catchUp();
    expect(seen).toEqual(['one']);
    const euro = Buffer.from('€\n');
    appendFileSync(file, Buffer.concat([Buffer.from('o '), euro.subarray(0, 1)]));
    reader.catchUp();
    appendFileSync(file, euro.subarray(1));
    reader.catchUp();
    reader.catchUp();
    expect(seen).toEqual(['one', 'two €']);
  });
});
