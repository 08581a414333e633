import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { clearLeftovers } from '../../runners/host/leftovers.ts';
import { statOf } from '../../runners/host/processes.ts';
import { keyOf } from './archives.ts';
import { bench, get, nginx, withoutNginx } from './proxy.test-support.ts';

const at = bench();

/** A run in a process of its own, to be killed. */
async function otherRun(uri: string): Promise<{ runner: ChildProcess; port: number; pid: number }> {
  const source = (name: string) => JSON.stringify(join(import.meta.dirname, name));
  const script = `
    import { mkdirSync, readFileSync } from 'node:fs';
    import { RunRegister } from ${source('../../runners/host/run-register.ts')};
    import { onHost } from ${source('nginx.ts')};
    import { startProxy } from ${source('proxy.ts')};
    const folder = ${JSON.stringify(at.folder)};
    mkdirSync(folder + '/killed');
    const register = new RunRegister(folder + '/cache/state', 'killed');
    const proxy = await startProxy([{ uri: ${JSON.stringify(`${uri}/d`)}, mirrors: [] }], {
      run: 'killed', folder: folder + '/killed', cacheFolder: folder + '/cache', register,
      start: onHost(${JSON.stringify(nginx)}), note: () => {}, signal: new AbortController().signal,
    });
    const pid = Number(readFileSync(folder + '/cache/packages/work/killed/nginx.pid', 'utf8'));
    console.log(JSON.stringify({ port: proxy.port, pid }));
    setInterval(() => {}, 1000);`;
  const file = join(at.folder, 'runner.mjs');
  writeFileSync(file, script);
  const runner = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = await once(runner.stdout as NodeJS.ReadableStream, 'data');
  return { runner, ...(JSON.parse(String(said)) as { port: number; pid: number }) };
}

const temporary = () => readdirSync(join(at.cache, 'packages/work/killed/cache'));

describe.skipIf(withoutNginx)('kill -9 in the middle of a download (skipped where there is no nginx to be had)', () => {
  test('of the runner: nginx dies with it, the next start clears the rest, and nothing of the file is kept', async () => {
    const body = Buffer.alloc(400_000, 'x');
    const origin = await at.origin({ '/d/pool/x.deb': { body, rate: 100_000 }, '/d/InRelease': { body: 'whole' } });
    const { runner, port, pid } = await otherRun(origin.uri);
    onTestFinished(() => {
      runner.kill('SIGKILL');
      if (statOf(pid)) process.kill(pid, 'SIGKILL');
    });
    await get(port, `${origin.uri}/d/InRelease`);
    await expect.poll(() => at.tree('latest')).toHaveLength(1);
    const cut = get(port, `${origin.uri}/d/pool/x.deb`);
    await expect.poll(() => temporary().some((name) => name.includes('.'))).toBe(true);

    runner.kill('SIGKILL');
    await once(runner, 'exit');
    await expect.poll(() => statOf(pid)).toBe(undefined);
    expect((await cut).whole).toBe(false);
    expect((await clearLeftovers(join(at.cache, 'state'))).left).toEqual([]);
    expect(readdirSync(join(at.cache, 'packages/work'))).toEqual([]);
    expect(await at.tree('kept')).toEqual([]);

    const { get: again, proxy } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }]);
    origin.files['/d/pool/x.deb'] = { body };
    expect((await again(`${origin.uri}/d/pool/x.deb`)).body.equals(body)).toBe(true);
    await proxy.close();
    expect(await at.tree('latest')).toEqual([keyOf(`${origin.uri}/d/InRelease`)]);
  });

  test('of nginx alone: the run hears of it, and nothing of the file is kept', async () => {
    const origin = await at.origin({ '/d/by-hash/SHA256/00': { body: Buffer.alloc(400_000, 'x'), rate: 100_000 } });
    const { get: ask, proxy, name } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }]);
    const cut = ask(`${origin.uri}/d/by-hash/SHA256/00`);
    await expect.poll(() => origin.asked).toHaveLength(1);
    process.kill(Number(readFileSync(join(at.cache, 'packages/work', name, 'nginx.pid'), 'utf8')), 'SIGKILL');
    expect(await proxy.ended).toBe('SIGKILL');
    // Either cut off within, or before it began.
    expect(
      await cut.then(
        ({ whole }) => whole,
        () => false,
      ),
    ).toBe(false);
    await proxy.close();
    expect(await at.tree('kept')).toEqual([]);
  });
});
