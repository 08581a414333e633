import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Engine, findEngine } from '../../runners/host/engine.ts';
import { run } from '../../runners/process/command.ts';
import { containersWith, makeImage, withoutDocker } from './docker.test-support.ts';
import { freePort } from './nginx.ts';
import { inContainer, LABEL } from './nginx-container.ts';
import { startOrigin } from './origin.test-support.ts';
import { bench } from './proxy.test-support.ts';
import { makeCertificate } from './tls.test-support.ts';

const at = bench();
const image = `stub-matrix-test/nginx:serving-${process.pid}`;
const nobody = { uri: 'http://127.0.0.1:1/debian', mirrors: [] };

describe.skipIf(withoutDocker)('nginx in a container (skipped where docker or mmdebstrap is missing)', () => {
  let engine: Engine;
  let made: AsyncDisposable;
  /** By name, while they stand in the register. */
  const registered = new Set<string>();
  const register = {
    container: (name: string) => {
      registered.add(name);
      const release = () => void registered.delete(name);
      return { release, [Symbol.dispose]: release };
    },
  };
  beforeAll(async () => {
    made = await makeImage(image);
    engine = (await findEngine()) as Engine;
  });
  afterAll(() => made?.[Symbol.asyncDispose]());
  const containersOf = (name: string) => containersWith(`volume=${join(at.folder, name)}`);
  const start = (port = freePort) => inContainer({ engine, image, register }, port);

  test('fetches what is asked, once, keeps it, and refuses a stranger’s address', async () => {
    const sum = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';
    const origin = await at.origin({ [`/d/by-hash/SHA256/${sum}`]: { body: 'x' }, '/private/x': { body: 'secret' } });
    for (const round of ['fetched', 'kept']) {
      const { get, proxy } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }], { start: start() });
      for (const _ of [1, 2]) expect(String((await get(`${origin.uri}/d/by-hash/SHA256/${sum}`)).body)).toBe('x');
      for (const uri of [`${origin.uri}/private/x`, 'http://stranger.invalid/debian/x']) {
        const { status, body } = await get(uri);
        expect([status, String(body)]).toEqual([403, expect.stringMatching(/is in none of the archives of this run/)]);
      }
      const counts = round === 'fetched' ? { miss: 1, hit: 1, kept: 0 } : { miss: 0, hit: 0, kept: 2 };
      expect((await proxy.close()).archives).toMatchObject([counts]);
    }
    expect(origin.asked).toEqual([`GET /d/by-hash/SHA256/${sum}`]);
  });

  test('serves a folder of this host that comes later, through a link, and trusts what the host trusts', async () => {
    const [served, store] = [join(at.folder, 'stand in:1'), join(at.folder, 'store')];
    await mkdir(store);
    await writeFile(join(store, 'x.rpm'), 'a package');
    const certificate = await makeCertificate(store, 'localhost');
    await using origin = await startOrigin({ '/d/x': { body: 'x' } }, certificate, 'localhost');
    const uri = 'http://stand-in.invalid/el';
    const { get } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }], {
      start: start(),
      folders: [{ uri, folder: served }],
      linked: [store],
      trust: certificate.trust,
    });
    await mkdir(served);
    await symlink(join(store, 'x.rpm'), join(served, 'x.rpm'));
    expect(String((await get(`${uri}/x.rpm`)).body)).toBe('a package');
    expect((await get(`${origin.uri.replace('https', 'http')}/d/x`)).status).toBe(200);
  });

  test('is shut in: our user, no capabilities, nothing to write but its own folders, and 127.0.0.1', async () => {
    const { proxy, name } = await at.run([nobody], { start: start() });
    const [container = ''] = await containersOf(name);
    const top = ['docker', 'top', container, '-eo', 'pid,comm'] as const;
    const pid = /(\d+)\s+nginx/.exec((await run(top)).stdout)?.[1];
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    expect(status).toMatch(new RegExp(`^Uid:\\s+${process.getuid?.()}\\s`, 'm'));
    expect(status).toMatch(/^CapEff:\s+0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
    const mounts = (await readFile(`/proc/${pid}/mountinfo`, 'utf8')).split('\n').map((line) => line.split(' '));
    const writable = mounts.filter(
      ([, , , , place = '', how]) => /^\/(?!proc|dev|sys|$)/.test(place) && /^rw/.test(how ?? ''),
    );
    expect(writable.map(([, , , , place]) => place).toSorted()).toEqual([
      join(at.cache, 'packages/work', name),
      join(at.folder, name),
    ]);
    expect(mounts.find(([, , , , place]) => place === '/')?.[5]).toMatch(/^ro/);
    const { uid } = await stat(join(at.folder, name, 'error.log'));
    expect(uid).toBe(process.getuid?.());

    const port = proxy.port.toString(16).toUpperCase().padStart(4, '0');
    const tables = await Promise.all(['tcp', 'tcp6'].map((table) => readFile(`/proc/net/${table}`, 'utf8')));
    const lines = tables.flatMap((table) => table.split('\n').map((line) => line.trim().split(/\s+/)));
    const listening = lines.filter(([, local = '', , state]) => local.endsWith(`:${port}`) && state === '0A');
    expect(listening.map(([, local]) => local)).toEqual([`0100007F:${port}`]);
  });

  test('is gone with its proxy, and leaves nothing in the cache but what is kept', async () => {
    const { proxy, name } = await at.run([nobody], { start: start() });
    const ours = await containersOf(name);
    expect(ours).toEqual([...registered]);
    expect(ours).toHaveLength(1);
    expect(await containersWith(`label=${LABEL}=${name}`)).toEqual(expect.arrayContaining(ours));
    await proxy.close();
    expect(await containersOf(name)).toEqual([]);
    expect(registered.size).toBe(0);
    expect(await readdir(join(at.cache, 'packages/work'))).toEqual([]);
  });

  test('the run hears of it when somebody else ends it', async () => {
    const { proxy, name, notes } = await at.run([nobody], { start: start() });
    await run(['docker', 'kill', ...(await containersOf(name))]);
    expect(await proxy.ended).toBe('SIGKILL');
    await expect.poll(() => notes).toEqual(['the package proxy ended by itself: SIGKILL']);
  });

  test('a port that somebody else has taken meanwhile is given up for another', async () => {
    const other = createServer((_, response) => void response.end('hello')).listen(0, '127.0.0.1');
    await expect.poll(() => other.listening).toBe(true);
    const taken = (other.address() as { port: number }).port;
    const ports = [taken, await freePort()];
    const { proxy, name } = await at.run([nobody], { start: start(async () => ports.shift() ?? 0) });
    expect(proxy.port).not.toBe(taken);
    expect(await containersOf(name)).toHaveLength(1);
    expect(registered.size).toBe(1);
    other.close();
  });

  test('one that cannot start says why, with the line to paste, and leaves no container', async () => {
    const wrong = (job: Parameters<ReturnType<typeof start>>[0]) => start()({ ...job, conf: () => 'nonsense;' });
    await expect(at.run([nobody], { start: wrong })).rejects.toMatchObject({
      code: 'proxy-not-started',
      message: expect.stringMatching(/unknown directive "nonsense"/),
      command: expect.stringMatching(/^docker run --rm --network=host .*nginx/),
    });
    const absent = inContainer({ engine, image: 'stub-matrix-test/nginx:absent', register });
    await expect(at.run([nobody], { start: absent })).rejects.toMatchObject({
      code: 'proxy-not-started',
      message: expect.stringMatching(/No such image/),
    });
    for (const name of ['run-0', 'run-1']) expect(await containersOf(name)).toEqual([]);
    expect(registered.size).toBe(0);
  });
});
