import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contentPath } from './layout.ts';
import { bench, type Got, withoutNginx } from './proxy.test-support.ts';
import { findRecord } from './records.ts';

const at = bench();
const cells = ['debian13-x86_64-xfs'];
const packages = () => join(at.cache, 'packages');

type Answer = readonly [status: number, body: string, modified: string | undefined];
/** An answer, short enough to be shown where it differs. The words of a 404 are nginx's own. */
const answer = ({ status, body, headers }: Got): Answer => [
  status,
  status === 200 ? createHash('sha256').update(body).digest('hex') : '',
  headers['last-modified'],
];

describe.skipIf(withoutNginx)('offline (skipped where there is no nginx to be had)', () => {
  const paths = ['/d/dists/s/InRelease', '/d/pool/x%2b%2b_1.deb', '/d/dists/s/nothing', '/d/big'];
  const saturday = new Date('2026-11-21T09:15:44Z');

  async function recorded(): Promise<{ uri: string; answers: Answer[] }> {
    const origin = await at.origin({
      '/d/dists/s/InRelease': { body: 'of Saturday', modified: saturday },
      '/d/pool/x++_1.deb': { body: Buffer.from([0, 255, 13, 10, 13, 10, 0]) },
      '/d/big': { body: Buffer.alloc(1 << 20, 'big'), chunked: true },
    });
    const run = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }]);
    const answers: Answer[] = [];
    for (const path of paths) answers.push(answer(await run.get(`${origin.uri}${path}`)));
    await run.proxy.close(cells);
    await origin[Symbol.asyncDispose]();
    return { uri: origin.uri, answers };
  }

  test('a past run, byte for byte, with nobody to ask; a miss names the file and what to type', async () => {
    const { uri, answers } = await recorded();
    const { get, proxy, notes } = await at.replay(await findRecord(packages(), { cells }));
    const again: Answer[] = [];
    for (const path of paths) again.push(answer(await get(`${uri}${path}`)));
    expect(answers.map(([status]) => status)).toEqual([200, 200, 404, 200]);
    // Where a mirror names no time, the moment of the first answer is as good.
    expect(again.map((each) => each.slice(0, 2))).toEqual(answers.map((each) => each.slice(0, 2)));
    expect(again[0]).toEqual(answers[0]);

    const { status, body } = await get(`${uri}/d/pool/another.deb`);
    expect(status).toBe(504);
    expect(String(body)).toBe(
      `offline: ${uri}/d/pool/another.deb is not among what run run-0 was answered; run once without --offline\n`,
    );
    expect(await proxy.close()).toMatchObject({
      replayOf: 'run-0',
      archives: [{ archive: `${uri}/d`, kept: 3, absent: 1, failed: 1 }],
      mirrors: [],
    });
    expect(notes).toEqual([`nobody answers for ${uri}/d/pool/another.deb: it is not in the run that is replayed`]);
    expect(readFileSync(join(at.folder, 'run-1/nginx.conf'), 'utf8')).not.toContain('proxy_pass');
  });

  test('"latest" files as the past run saw them, whatever later runs have seen', async () => {
    const origin = await at.origin({});
    for (const body of ['first', 'second']) {
      origin.files['/d/InRelease'] = { body };
      const { get, proxy } = await at.run([{ uri: `${origin.uri}/d`, mirrors: [] }]);
      await get(`${origin.uri}/d/InRelease`);
      await proxy.close(cells);
    }
    for (const [run, body] of [
      ['run-0', 'first'],
      ['run-1', 'second'],
    ] as const) {
      const { get, proxy } = await at.replay(await findRecord(packages(), { cells, run }));
      expect(String((await get(`${origin.uri}/d/InRelease`)).body)).toBe(body);
      await proxy.close();
    }
    expect((await findRecord(packages(), { cells })).run).toBe('run-1');
  });

  test('a replay leaves no record of its own', async () => {
    await recorded();
    const { proxy } = await at.replay(await findRecord(packages(), { cells }));
    await proxy.close();
    expect(readdirSync(join(packages(), 'runs'))).toEqual(['run-0.json']);
  });

  test('a cell that no run installed is named, with the line to paste', async () => {
    await recorded();
    await expect(findRecord(packages(), { cells: ['gentoo-x86_64-xfs'] })).rejects.toMatchObject({
      fault: 'usage',
      code: 'nothing-to-replay',
      command: './stub-matrix run --fresh --cell gentoo-x86_64-xfs',
    });
    await expect(findRecord(packages(), { cells, run: 'run-9' })).rejects.toMatchObject({ code: 'nothing-to-replay' });
  });

  test('what is gone from the cache is named before anything starts', async () => {
    const { uri } = await recorded();
    const record = await findRecord(packages(), { cells });
    const [[key, sha256] = ['', '']] = Object.entries(record.answers);
    rmSync(contentPath(packages(), sha256));
    await expect(findRecord(packages(), { cells })).rejects.toMatchObject({
      code: 'replay-incomplete',
      message: expect.stringContaining(`http://${key} is gone`),
    });
    expect(`http://${key}`.startsWith(uri)).toBe(true);
  });
});
