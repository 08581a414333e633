import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRecord, type Stamped } from '../../runners/bisect/record.ts';
import { latestInputs } from '../../runners/cell/kept.ts';
import { attempt } from '../../runners/process/command.ts';
import { cacheFolder } from '../harness/lone-cell.ts';

/*
 * Real kernels and real guests. Switching off XFS and what belongs to it is few options, so that it takes minutes; the same with
 * hundreds is bench/bisect-cells.ts.
 */

const checkout = join(import.meta.dirname, '../..');
const CELL = 'debian13-x86_64-xfs';
const isInstalled = (await latestInputs({ cacheFolder }, CELL)) !== undefined;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bisect-cells-'));
  writeFileSync(join(folder, 'xfs.fragment'), '# CONFIG_XFS_FS is not set\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

const argv = (...more: string[]) => [
  ...[join(checkout, 'cli/main.ts'), 'bisect', '--bad', 'xfs.fragment', '--cell', CELL],
  ...['--check', 'hands over by kexec', '--out', 'out', ...more],
];
const record = () => readRecord(join(folder, 'out/bisect.ndjson'));

/** Builds and trials by what they were of: each must be there once. */
const work = (events: readonly Stamped[]) =>
  events.flatMap((event) =>
    event.type === 'built' ? [`build ${event.digest}`] : event.type === 'trial' ? [`trial ${event.signature}`] : [],
  );

test.skipIf(!isInstalled)(
  'cells name the option, and a search that is killed goes on without repeating anything',
  async () => {
    const killed = spawn(process.execPath, argv(), { cwd: folder, stdio: 'ignore' });
    const ended = once(killed, 'exit');
    const isUnderWay = () => record().filter(({ type }) => type === 'step').length >= 2;
    while (!isUnderWay() && killed.exitCode === null) await sleep(500);
    killed.kill('SIGKILL');
    await ended;
    const before = record();
    expect(
      before.some(({ type }) => type === 'ended'),
      'it was killed in the middle',
    ).toBe(false);

    const { stdout, stderr, exitCode } = await attempt([process.execPath, ...argv('--resume')], { cwd: folder });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/of \d+ differences one breaks:\n {4}CONFIG_XFS_FS: y → off/);
    expect(stdout).toContain('XFS filesystem support');
    expect(stdout).toMatch(/image\/kernel\/config\/require\.config:\d+ asks for it: CONFIG_XFS_FS=y/);
    expect(stdout).toMatch(/nothing to boot: \/dev\/vdb \(xfs\): it cannot be mounted/);
    expect(stdout).toContain('makes it pass:\nCONFIG_XFS_FS=y\n');
    expect(exitCode).toBe(0);
    const done = work(record());
    expect(done).toEqual([...new Set(done)]);
    expect(done.slice(0, work(before).length)).toEqual(work(before));
    expect(readFileSync(join(folder, 'out/report.txt'), 'utf8')).toMatch(/^1 +0 +endpoint +0 +pass/m);
  },
);
