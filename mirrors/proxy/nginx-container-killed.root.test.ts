import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { clearLeftovers } from '../../runners/host/leftovers.ts';
import { run } from '../../runners/process/command.ts';
import { keyOf } from './archives.ts';
import { containersWith, makeImage, withoutDocker } from './docker.test-support.ts';
import { bench, get } from './proxy.test-support.ts';

const at = bench();
const image = `stub-matrix-test/nginx:killed-${process.pid}`;

/** A runner in a process of its own, to be killed. Its script has `register` and prints one line when it is ready. */
async function otherRunner(body: string): Promise<{ runner: ChildProcess; said: string }> {
  const source = (name: string) => JSON.stringify(join(import.meta.dirname, name));
  const file = join(at.folder, 'runner.mjs');
  writeFileSync(
    file,
    `import { execFileSync } from 'node:child_process';
    import { mkdirSync } from 'node:fs';
    import { findEngine } from ${source('../../runners/host/engine.ts')};
    import { RunRegister } from ${source('../../runners/host/run-register.ts')};
    import { inContainer } from ${source('nginx-container.ts')};
    import { startProxy } from ${source('proxy.ts')};
    const folder = ${JSON.stringify(at.folder)};
    const image = ${JSON.stringify(image)};
    const register = new RunRegister(folder + '/cache/state', 'killed');
    ${body}
    setInterval(() => {}, 1000);`,
  );
  const runner = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void runner.kill('SIGKILL'));
  const [said] = await once(runner.stdout as NodeJS.ReadableStream, 'data');
  return { runner, said: String(said).trim() };
}

/** Killed on the way, a container is there in whatever state. */
const create = (verb: string, name: string) =>
  `execFileSync('docker', [${verb}, '--network=host', '--name', '${name}', image, 'sh']);`;

describe.skipIf(withoutDocker)('kill -9 of a runner (skipped where docker or mmdebstrap is missing)', () => {
  let made: AsyncDisposable;
  beforeAll(async () => {
    made = await makeImage(image);
  });
  afterAll(() => made?.[Symbol.asyncDispose]());

  test('in the middle of a download: the container is gone at once, the rest with the next start, and nothing of the file is kept', async () => {
    const body = Buffer.alloc(2_000_000, 'x');
    const origin = await at.origin({ '/d/pool/x.deb': { body, rate: 100_000 }, '/d/InRelease': { body: 'whole' } });
    const { runner, said } = await otherRunner(`
      mkdirSync(folder + '/killed');
      const proxy = await startProxy([{ uri: ${JSON.stringify(`${origin.uri}/d`)}, mirrors: [] }], {
        run: 'killed', folder: folder + '/killed', cacheFolder: folder + '/cache', register,
        start: inContainer({ engine: await findEngine(), image, register }),
        note: () => {}, signal: new AbortController().signal,
      });
      console.log(proxy.port);`);
    const port = Number(said);
    await get(port, `${origin.uri}/d/InRelease`);
    await expect.poll(() => at.tree('latest')).toHaveLength(1);
    const cut = get(port, `${origin.uri}/d/pool/x.deb`);
    const temporary = () => readdirSync(join(at.cache, 'packages/work/killed/cache'));
    await expect.poll(() => temporary().some((name) => name.includes('.'))).toBe(true);
    const ours = () => containersWith(`volume=${join(at.folder, 'killed')}`);
    expect(await ours()).toHaveLength(1);

    runner.kill('SIGKILL');
    await once(runner, 'exit');
    expect((await cut).whole).toBe(false);
    await expect.poll(ours, { timeout: 10_000 }).toEqual([]);
    const { cleared, left } = await clearLeftovers(join(at.cache, 'state'));
    expect(left).toEqual([]);
    expect(cleared).toEqual([`folder ${join(at.cache, 'packages/work/killed')} of run killed`]);
    expect(readdirSync(join(at.cache, 'packages/work'))).toEqual([]);
    expect(await at.tree('kept')).toEqual([]);
    expect(await at.tree('latest')).toEqual([keyOf(`${origin.uri}/d/InRelease`)]);
  });

  test.each([
    ['was made and not started', "'create'"],
    ['was not yet held by its runner', "'run', '-d', '-i'"],
  ])('a container that %s is removed by the next start, and nobody else’s', async (_, verb) => {
    const both = `stub-matrix-test-${process.pid}`;
    const [ours, other] = [`${both}-ours`, `${both}-other`];
    onTestFinished(async () => void (await run(['docker', 'rm', '--force', ours, other])));
    const { runner } = await otherRunner(`
      register.container('${ours}');
      ${create(verb, ours)}
      ${create(verb, other)}
      console.log('made');`);
    expect((await containersWith(`name=${both}`)).toSorted()).toEqual([other, ours]);
    // It lives, and so does what is its.
    expect(await clearLeftovers(join(at.cache, 'state'))).toEqual({ cleared: [], left: [] });
    runner.kill('SIGKILL');
    await once(runner, 'exit');
    expect(await clearLeftovers(join(at.cache, 'state'))).toEqual({
      cleared: [`container ${ours} of run killed`],
      left: [],
    });
    expect(await containersWith(`name=${both}`)).toEqual([other]);
  });
});
