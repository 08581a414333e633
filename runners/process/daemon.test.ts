import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startDaemon } from './daemon.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daemon-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Alive, and no zombie. */
async function lives(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}

async function dies(pid: number): Promise<boolean> {
  for (let i = 0; i < 50 && (await lives(pid)); i++) await sleep(20);
  return !(await lives(pid));
}

test('what it says goes to the file, and its end is a value', async () => {
  const log = join(folder, 'log');
  await using daemon = await startDaemon(['sh', '-c', 'echo out; echo err >&2; exit 3'], { log });
  expect(await daemon.exited).toEqual({ exitCode: 3, signal: undefined });
  expect(await readFile(log, 'utf8')).toBe('out\nerr\n');
});

test('one that does not want to end is ended', async () => {
  const daemon = await startDaemon(['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'], {
    log: join(folder, 'log'),
  });
  while ((await readFile(join(folder, 'log'), 'utf8')) === '') await sleep(10);
  expect(await daemon.stop(0.2)).toEqual({ exitCode: undefined, signal: 'SIGKILL' });
  expect(await lives(daemon.pid)).toBe(false);
});

/** Starts a daemon from a process of its own, kills that process with SIGKILL, and returns the daemon's pid. */
async function orphan(outlive: boolean): Promise<number> {
  const script = `
    import { startDaemon } from ${JSON.stringify(join(import.meta.dirname, 'daemon.ts'))};
    const daemon = await startDaemon(['sleep', '60'], { log: '/dev/null', outlive: ${outlive} });
    console.log(daemon.pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = await once(parent.stdout, 'data');
  // setpriv has to have become the command before its wish is tested.
  await sleep(200);
  parent.kill('SIGKILL');
  return Number(pid);
}

test('it dies with us, even when we are killed', async () => {
  expect(await dies(await orphan(false))).toBe(true);
});

test('it lives on where it was told to', async () => {
  const pid = await orphan(true);
  await sleep(200);
  expect(await lives(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');
});
