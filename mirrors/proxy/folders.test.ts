import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { placed } from './folders.ts';
import { bench, withoutNginx } from './proxy.test-support.ts';
import { findRecord } from './records.ts';

const at = bench();
const uri = 'http://stand-in.invalid/el';

/** A folder, whose name is none of the plainest, with these files. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(at.folder, 'stand ins+');
  for (const [name, text] of Object.entries({ ...files, '../secret': 'secret' })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

describe.skipIf(withoutNginx)('a folder of this host as an archive (skipped where there is no nginx to be had)', () => {
  test('is served below its address, whole and in part, counted by itself, and nothing of it is kept', async () => {
    const folder = await folderOf({ 'a/c++ 1.rpm': 'a package', 'repodata/repomd.xml': '<xml>' });
    const { get, proxy, notes } = await at.run([], { folders: [{ uri, folder: pathToFileURL(folder).href }] });
    expect(String((await get(`${uri}/a/c%2b%2b%201.rpm`)).body)).toBe('a package');
    expect(String((await get(`${uri}/a/c++%201.rpm`, { range: 'bytes=2-' })).body)).toBe('package');
    const [index, absent] = [await get(`${uri}/repodata/repomd.xml`), await get(`${uri}/repodata/none`)];
    expect([index.status, String(index.body), absent.status]).toEqual([200, '<xml>', 404]);
    const summary = await proxy.close(['rocky8-x86_64-xfs']);
    expect(summary).toMatchObject({
      archives: [{ archive: uri, local: 3, absent: 1, bytes: 21 + absent.body.length }],
    });
    expect(summary.mirrors).toEqual([]);
    expect(notes).toEqual([]);
    for (const tree of ['kept', 'latest'] as const) expect(await at.tree(tree)).toEqual([]);
    const record = await findRecord(join(at.cache, 'packages'), { cells: ['rocky8-x86_64-xfs'] });
    expect(record).toMatchObject({ archives: [], answers: {}, absent: [] });
  });

  test('is read and nothing else, and there is no way out of it', async () => {
    const folder = await folderOf({ x: 'x', 'inner/y': 'y' });
    const { get, proxy } = await at.run([], { folders: [{ uri, folder }] });
    const paths = ['', '/', '/inner', '/inner/', '/../secret', '/%2e%2e/secret', '/inner/../../secret'];
    const said = await Promise.all(paths.map((path) => get(`${uri}${path}`)));
    expect(said.map(({ status }) => status)).toEqual([403, 403, 404, 404, 403, 403, 403]);
    const put = request({ host: '127.0.0.1', port: proxy.port, method: 'PUT', path: `${uri}/x`, agent: false });
    const status = await new Promise((resolve) => put.once('response', (reply) => resolve(reply.statusCode)).end('z'));
    expect(status).toBe(405);
    expect(await readdir(folder)).toEqual(['inner', 'x']);
  });

  test('is served as it lies there now, whatever is kept under the same address', async () => {
    const origin = await at.origin({
      '/d/x.deb': { body: 'of the mirror' },
      '/d/InRelease': { body: 'of the mirror' },
    });
    const archive = { uri: `${origin.uri}/d`, mirrors: [] };
    const before = await at.run([archive]);
    for (const name of ['x.deb', 'InRelease']) await before.get(`${archive.uri}/${name}`);
    await before.proxy.close();

    const folder = join(at.folder, 'later');
    const { get } = await at.run([archive], { folders: [{ uri: archive.uri, folder }] });
    expect((await get(`${archive.uri}/InRelease`)).status).toBe(404);
    await mkdir(folder);
    for (const text of ['of the folder', 'of the folder, anew']) {
      await rm(join(folder, 'InRelease'), { force: true });
      await writeFile(join(folder, 'InRelease'), text);
      expect(String((await get(`${archive.uri}/InRelease`)).body)).toBe(text);
    }
    expect(origin.asked).toHaveLength(2);
  });

  test('beside a replay', async () => {
    const origin = await at.origin({ '/d/x': { body: 'fetched' } });
    const folders = [{ uri, folder: await folderOf({ y: 'of the folder' }) }];
    const first = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }], { folders });
    for (const url of [`${origin.uri}/d/x`, `${uri}/y`]) await first.get(url);
    await first.proxy.close(['c']);
    await origin[Symbol.asyncDispose]();
    const { get, proxy } = await at.replay(await findRecord(join(at.cache, 'packages'), { cells: ['c'] }), { folders });
    expect(String((await get(`${origin.uri}/d/x`)).body)).toBe('fetched');
    expect(String((await get(`${uri}/y`)).body)).toBe('of the folder');
    expect((await get(`${uri}/z`)).status).toBe(404);
    expect(await proxy.close()).toMatchObject({
      replayOf: 'run-0',
      archives: [
        { archive: uri, local: 1, absent: 1 },
        { archive: `${origin.uri}/d`, kept: 1 },
      ],
    });
  });
});

test.each([
  ['odd-folder', [{ uri, folder: 'stand-ins' }]],
  ['odd-folder', [{ uri, folder: 'https://a.example/x' }]],
  ['odd-archive', [{ uri: 'http://a.example/$x', folder: '/srv' }]],
  ['folder-twice', [uri, `${uri}/`].map((each) => ({ uri: each, folder: '/srv' }))],
])('%s is refused', (code, archives) => {
  expect(() => placed(archives)).toThrow(expect.objectContaining({ fault: 'usage', code }));
});

test('of two folders one within the other the inner is looked into first', () => {
  const archives = [uri, `${uri}/9`, `${uri}/9/x`].map((each) => ({ uri: each, folder: '/srv' }));
  expect(placed(archives).map((each) => each.uri)).toEqual([`${uri}/9/x`, `${uri}/9`, uri]);
});
