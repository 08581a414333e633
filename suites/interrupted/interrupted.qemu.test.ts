import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { stateFolderIn } from '../../runners/cell/workspace.ts';
import { type RunRecord, readRecords } from '../../runners/host/run-record.ts';
import { cacheFolder, scratchFolder } from '../harness/lone-cell.ts';

/** The whole program with a real guest, broken off: nothing may stay, and what is not ours must. */

const checkout = join(import.meta.dirname, '../..');

/** The processes whose command line has all these words in it. */
function processesWith(...words: string[]): number[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return words.every((word) => line.includes(word)) ? [Number(pid)] : [];
    } catch {
      return [];
    }
  });
}

async function until(awaiting: string, seconds: number, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + seconds * 1000; !holds(); await sleep(100)) {
    if (Date.now() > end) throw new Error(`${awaiting}: not within ${seconds} s`);
  }
}

function stubMatrix(...words: string[]): ChildProcess {
  return spawn(process.execPath, ['cli/main.ts', ...words], { cwd: checkout, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The records of what runs under `out`, by the folders that they name; other runs of the same user have records too. */
function recordsUnder(out: string): RunRecord[] {
  const under = `${realpathSync(out)}/`;
  return readRecords(stateFolderIn(cacheFolder)).flatMap((record) =>
    'folders' in record && record.folders.some((folder) => folder.startsWith(under)) ? [record] : [],
  );
}

/** A run whose guest is up, and another user's QEMU beside it. */
async function runningGuest(stack: AsyncDisposableStack) {
  const out = await scratchFolder(stack);
  const foreign = spawn('qemu-system-x86_64', ['-machine', 'none', '-display', 'none', '-S'], { stdio: 'ignore' });
  stack.defer(() => void foreign.kill('SIGKILL'));
  const runner = stubMatrix('run', '--cell', 'debian13-x86_64-xfs', '--out', out, '--cache', cacheFolder);
  stack.defer(() => void runner.kill('SIGKILL'));
  // The image may have to be built first.
  await until('the guest', 300, () => processesWith('qemu-system', out).length > 0);
  return { out, foreign, runner };
}

test('kill -9: the guest goes with its runner, and the next start clears the rest', async () => {
  await using stack = new AsyncDisposableStack();
  const { out, foreign, runner } = await runningGuest(stack);
  const [record, ...others] = recordsUnder(out);
  if (!record) throw new Error(`no record of the run in ${out}`);
  expect(others).toEqual([]);
  runner.kill('SIGKILL');
  await until('the end of the guest', 10, () => processesWith('qemu-system', out).length === 0);

  const next = stubMatrix('image', '--cache', cacheFolder);
  let said = '';
  next.stdout?.on('data', (chunk) => {
    said += chunk;
  });
  await once(next, 'close');
  expect(record.folders).not.toEqual([]);
  for (const folder of record.folders) {
    expect(said).toContain(`cleared after a run that was killed: folder ${folder} of run ${record.run}\n`);
    expect(existsSync(folder)).toBe(false);
  }
  expect(recordsUnder(out)).toEqual([]);
  expect(foreign.exitCode ?? foreign.signalCode).toBeNull();
});

test('Ctrl-C: the guest is ended, the report is written, and says that it was interrupted', async () => {
  await using stack = new AsyncDisposableStack();
  const { out, foreign, runner } = await runningGuest(stack);
  runner.kill('SIGINT');
  const [code] = await once(runner, 'exit');
  expect(code).toBe(130);
  expect(processesWith('qemu-system', out)).toEqual([]);
  expect(recordsUnder(out)).toEqual([]);
  expect(await readFile(join(out, 'latest/junit.xml'), 'utf8')).toMatch(/type="interrupted"/);
  expect(foreign.exitCode ?? foreign.signalCode).toBeNull();
});
