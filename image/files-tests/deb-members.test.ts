import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attempt, run } from '../../runners/process/command.ts';
import { buildPackage, tool } from './debs.test-support.ts';

let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'debs-'));
});
afterEach(() => rm(work, { recursive: true }));

test('one archive behind the other, however each is packed', async () => {
  const packings = ['xz', 'zstd', 'zstd', 'gzip', 'none', 'xz'] as const;
  const debs: string[] = [];
  for (const [index, compression] of packings.entries()) {
    debs.push(await buildPackage(work, `p${index}`, { files: { [`f${index}`]: `content ${index}` }, compression }));
  }
  for (const [member, names] of Object.entries({
    data: packings.flatMap((_, index) => ['./', `./f${index}`]),
    control: packings.flatMap(() => ['./', './control', './md5sums']),
  })) {
    const script = '"$@" | tar -t --ignore-zeros';
    const { stdout } = await run(['bash', '-o', 'pipefail', '-c', script, 'sh', tool('deb-members'), member, ...debs]);
    expect(stdout.split('\n')).toEqual(names);
  }
});

test.each([
  ['is no package at all', () => Buffer.from('nothing'), /is no Debian package/],
  ['ends early', (deb: Buffer) => deb.subarray(0, deb.length - 40), /ends in the middle of its data\.tar/],
  [
    'is damaged',
    (deb: Buffer) => Buffer.concat([deb.subarray(0, -80), Buffer.alloc(40), deb.subarray(-40)]),
    /xz(: .*)? ended with status 1/,
  ],
])('a file that %s', async (_, change, words) => {
  const deb = await buildPackage(work, 'p', { files: { f: 'content '.repeat(1000) } });
  await writeFile(deb, change(await readFile(deb)));
  const { exitCode, stderr } = await attempt([tool('deb-members'), 'data', deb]);
  expect(stderr).toMatch(words);
  expect(exitCode).toBeGreaterThan(0);
});
