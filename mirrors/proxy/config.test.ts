import { join } from 'node:path';
import { expect, test } from 'vitest';
import { numbered } from './archives.ts';
import { nginxConf } from './config.ts';
import { placed } from './folders.ts';
import { PATIENCE, type ProxyPlan } from './plan.ts';

const golden = (name: string) => join(import.meta.dirname, 'golden', name);

const common = {
  run: '20261123-141502-4f2a',
  listen: '127.0.0.1:40001',
  work: '/home/u/.cache/stub matrix/packages/work/20261123-141502-4f2a',
  packages: '/home/u/.cache/stub matrix/packages',
  patience: PATIENCE,
  folders: placed([
    { uri: 'http://stand-in.invalid/el', folder: '/srv/stand ins/el' },
    { uri: 'http://stand-in.invalid/el/9+', folder: 'file:///srv/stand%20ins/el9' },
  ]),
};

const fetching: ProxyPlan = {
  ...common,
  serve: {
    archives: numbered([
      {
        uri: 'http://ftp.debian.org/debian/',
        mirrors: ['https://mirror.example/pub/linux/debian', 'http://gone.example/debian', 'http://[2001:db8::1]:8080'],
      },
      { uri: 'https://packages.example:8443/d+x', mirrors: [] },
    ]),
    servers: {
      a0m0: ['192.0.2.9:8443'],
      a1m0: ['192.0.2.1:80', '192.0.2.2:80', '192.0.2.3:80'],
      a1m1: ['[2001:db8::2]:443'],
      a1m2: [],
      a1m3: ['[2001:db8::1]:8080'],
    },
    forwarded: false,
    resolvers: ['192.0.2.53', '2001:db8::53'],
    trust: '/etc/ssl/certs/ca-certificates.crt',
  },
};

test('what fetches', async () => {
  await expect(nginxConf(fetching)).toMatchFileSnapshot(golden('fetching.conf'));
});

test('what replays has nobody to ask', async () => {
  const conf = nginxConf({ ...common, user: 'root', serve: { replayOf: '20261122-020000-0001' } });
  await expect(conf).toMatchFileSnapshot(golden('replaying.conf'));
  expect(conf).not.toMatch(/proxy_pass|upstream mirrors|resolver/);
});

test.each([
  ['http://a.example/debian;evil', 'a semicolon ends a directive'],
  ['http://a.example/$x', 'a dollar begins a variable'],
  ['http://a.example/de bian', 'blanks part words'],
  ['ftp://a.example/debian', 'another protocol'],
  ['http://', 'no host'],
  ['http://a.example/%FF%zz', 'no text'],
])('%s is refused: %s', (uri) => {
  expect(() => numbered([{ uri, mirrors: [] }])).toThrow(/is no address of an archive/);
  expect(() => numbered([{ uri: 'http://b.example', mirrors: [uri] }])).toThrow(/is no address of an archive/);
});

test('a folder whose name nginx would not take as it is', () => {
  expect(() => nginxConf({ ...fetching, work: '/home/$u' })).toThrow(/means something else in nginx/);
});

test('the same archive by two names is one; of two, one within the other, the inner is looked for first', () => {
  const archives = numbered([
    { uri: 'http://a.example', mirrors: ['http://b.example/'] },
    { uri: 'https://a.example/', mirrors: ['http://c.example'] },
    { uri: 'http://a.example/inner', mirrors: [] },
  ]);
  expect(archives.map(({ uri, mirrors }) => [uri, ...mirrors.slice(1).map((mirror) => mirror.uri)])).toEqual([
    ['http://a.example/inner'],
    ['http://a.example', 'http://b.example', 'http://c.example'],
  ]);
});
