import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attempt, run } from '../process/command.ts';
import { clearLeftovers } from './leftovers.ts';
import { mountsUnder } from './mounts.ts';
import { isRunning, statOf } from './processes.ts';
import { type RunRecord, recordPath, writeRecord } from './run-record.ts';
import { RunRegister } from './run-register.ts';

let folder: string;
let state: string;
let children: ChildProcess[];
/** What killed runners started, by pid and start, in case it is still there when a test fails. */
let orphans: [pid: number, startTime: number][];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stub-leftovers-'));
  state = join(folder, 'state');
  children = [];
  orphans = [];
});
afterEach(async () => {
  for (const [pid, startTime] of orphans) if (isRunning(pid, startTime)) process.kill(pid, 'SIGKILL');
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true });
});

/** A process of nobody's, that lives long enough. */
function sleeper(env: Readonly<Record<string, string>> = {}): number {
  const child = spawn('sleep', ['300'], { stdio: 'ignore', env: { ...process.env, ...env } });
  children.push(child);
  if (child.pid === undefined) throw new Error('no pid');
  return child.pid;
}

const alive = (pid: number): boolean => statOf(pid) !== undefined;

/**
 * A real runner: a Node of its own that registers, acquires, says what it has and waits to be killed. `body` has `register` and
 * `start(argv, env)`, which returns a pid that does not die with it.
 */
async function killedRunner(name: string, body: string): Promise<Record<string, number>> {
  const script = `
    import { spawn } from 'node:child_process';
    import { mkdirSync } from 'node:fs';
    import { RunRegister } from ${JSON.stringify(join(import.meta.dirname, 'run-register.ts'))};
    const [state, folder, name] = process.argv.slice(2);
    const register = new RunRegister(state, name);
    const start = (argv, env = {}) => {
      const child = spawn(argv[0], argv.slice(1), { detached: true, stdio: 'ignore', env: { ...process.env, ...env } });
      child.unref();
      return child.pid;
    };
    const pids = {};
    ${body}
    console.log(JSON.stringify(pids));
    setInterval(() => {}, 1000);
  `;
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, script);
  const child = spawn(process.execPath, [file, state, folder, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [said] = await once(child.stdout, 'data');
  const pids = JSON.parse(String(said)) as Record<string, number>;
  for (const pid of Object.values(pids)) orphans.push([pid, statOf(pid)?.startTime ?? 0]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return pids;
}

const SLEEP = "start(['sleep', '300'])";

describe('after kill -9 of a runner', () => {
  test('its process, its folder and its record are cleared; the processes of others are not', async () => {
    const foreign = sleeper();
    const { own } = await killedRunner(
      'one',
      `register.folder(folder + '/work'); mkdirSync(folder + '/work/deep', { recursive: true });
       pids.own = ${SLEEP}; register.process(pids.own, '/usr/bin/sleep');`,
    );
    expect(alive(own ?? 0)).toBe(true);
    const { cleared, left } = await clearLeftovers(state);
    expect(left).toEqual([]);
    expect(cleared).toEqual([`process ${own} of run one: sleep 300`, `folder ${join(folder, 'work')} of run one`]);
    expect(alive(own ?? 0)).toBe(false);
    expect(alive(foreign)).toBe(true);
    expect(existsSync(join(folder, 'work'))).toBe(false);
    expect(readdirSync(join(state, 'runs'))).toEqual([]);
    expect(await clearLeftovers(state)).toEqual({ cleared: [], left: [] });
  });

  test('a process that ignores SIGTERM ends nevertheless', async () => {
    const { own } = await killedRunner(
      'deaf',
      `pids.own = start(['sh', '-c', 'trap "" TERM; while :; do sleep 0.1; done']); register.process(pids.own, 'sh');
       await new Promise((done) => setTimeout(done, 300));`,
    );
    expect((await clearLeftovers(state, { grace: 0.3 })).cleared).toHaveLength(1);
    expect(alive(own ?? 0)).toBe(false);
  });

  test('what bears its mark is ended, though it was never registered; another mark is none', async () => {
    const foreign = sleeper({ STUB_MATRIX_RUN: 'another' });
    const { own } = await killedRunner('marked', `pids.own = start(['sleep', '300'], register.environment);`);
    await clearLeftovers(state);
    expect(alive(own ?? 0)).toBe(false);
    expect(alive(foreign)).toBe(true);
  });

  test('a kept guest lives on with its folder, until it ends by itself', async () => {
    const { own = 0 } = await killedRunner(
      'kept',
      `register.folder(folder + '/work'); mkdirSync(folder + '/work');
       pids.own = ${SLEEP}; register.process(pids.own, 'sleep'); register.keep(); register.release();`,
    );
    expect(await clearLeftovers(state)).toEqual({
      cleared: [],
      left: [`run kept was kept and still runs: pid ${own}`],
    });
    expect(alive(own)).toBe(true);
    process.kill(own, 'SIGKILL');
    await expect.poll(() => alive(own)).toBe(false);
    expect((await clearLeftovers(state)).cleared).toEqual([`folder ${join(folder, 'work')} of run kept`]);
  });
});

describe('not touched', () => {
  /** A record of a runner that is gone, about a process that is there. */
  function recordOf(
    pid: number,
    change: Partial<RunRecord['processes'][number]>,
    owner: Partial<RunRecord['owner']> = {},
  ) {
    const register = new RunRegister(state, 'gone');
    register.process(pid, 'sleep');
    const record = JSON.parse(readFileSync(recordPath(state, 'gone'), 'utf8')) as RunRecord;
    const processes = record.processes.map((process) => ({ ...process, ...change }));
    writeRecord(state, { ...record, processes, owner: { ...record.owner, startTime: 1, ...owner } });
  }

  test('the same process, untampered, is ended: these records are otherwise good', async () => {
    const pid = sleeper();
    recordOf(pid, {});
    await clearLeftovers(state);
    expect(alive(pid)).toBe(false);
  });

  test('a pid that was handed out again: another start', async () => {
    const pid = sleeper();
    recordOf(pid, { startTime: (statOf(pid)?.startTime ?? 0) - 1 });
    expect(await clearLeftovers(state)).toEqual({ cleared: [], left: [] });
    expect(alive(pid)).toBe(true);
  });

  test('another program', async () => {
    const pid = sleeper();
    recordOf(pid, { program: 'qemu-system-x86_64' });
    expect(await clearLeftovers(state)).toEqual({ cleared: [], left: [] });
    expect(alive(pid)).toBe(true);
  });

  test('the same numbers from before the last boot', async () => {
    const pid = sleeper();
    recordOf(pid, {}, { bootId: 'another' });
    expect(await clearLeftovers(state)).toEqual({ cleared: [], left: [] });
    expect(alive(pid)).toBe(true);
  });

  test.each([
    ['another host', { host: 'another' }],
    ['another container', { pidNamespace: 'pid:[1]' }],
  ])('a run of %s', async (_where, owner) => {
    const pid = sleeper();
    recordOf(pid, {}, owner);
    const { cleared, left } = await clearLeftovers(state);
    expect(cleared).toEqual([]);
    expect(left).toEqual([expect.stringContaining('not of here')]);
    expect(alive(pid)).toBe(true);
  });

  test('anything of a runner that is alive', async () => {
    using register = new RunRegister(state, 'living');
    const pid = sleeper(register.environment);
    const work = join(folder, 'work');
    register.process(pid, 'sleep');
    register.folder(work);
    mkdirSync(work);
    expect(await clearLeftovers(state)).toEqual({ cleared: [], left: [] });
    expect(alive(pid)).toBe(true);
    expect(existsSync(work)).toBe(true);
  });

  test('what was released', async () => {
    await killedRunner(
      'released',
      `const work = register.folder(folder + '/work'); mkdirSync(folder + '/work'); work.release();`,
    );
    expect(await clearLeftovers(state)).toEqual({ cleared: [], left: [] });
    expect(existsSync(join(folder, 'work'))).toBe(true);
  });
});

test('a record that is none is told, and stays', async () => {
  mkdirSync(join(state, 'runs'), { recursive: true });
  writeFileSync(join(state, 'runs', 'torn.json'), '{"run":');
  expect((await clearLeftovers(state)).left).toEqual([expect.stringContaining('torn.json cannot be read')]);
  expect(existsSync(join(state, 'runs', 'torn.json'))).toBe(true);
});

const isRoot = process.getuid?.() === 0;
describe.skipIf(!isRoot)(`mounts${isRoot ? '' : ' (skipped: without root)'}`, () => {
  test('are unmounted, the innermost first, and then the folder goes; a folder below a mount of others stays', async () => {
    const work = join(folder, 'work of a run');
    mkdirSync(work);
    await killedRunner(
      'mounting',
      `register.folder(folder + '/work of a run'); register.mount(folder + '/work of a run/outer');
       mkdirSync(folder + '/work of a run/outer');`,
    );
    await run(['mount', '-t', 'tmpfs', 'none', join(work, 'outer')]);
    mkdirSync(join(work, 'outer', 'inner'));
    await run(['mount', '-t', 'tmpfs', 'none', join(work, 'outer', 'inner')]);
    mkdirSync(join(work, 'foreign'));
    await run(['mount', '-t', 'tmpfs', 'none', join(work, 'foreign')]);
    try {
      const first = await clearLeftovers(state);
      expect(first.cleared.map((line) => line.split(' of run ')[0])).toHaveLength(2);
      expect(first.left).toEqual([expect.stringContaining(`something is mounted on ${join(work, 'foreign')}`)]);
      expect(mountsUnder(work)).toEqual([join(work, 'foreign')]);
    } finally {
      for (const point of mountsUnder(folder)) await attempt(['umount', point]);
    }
    expect((await clearLeftovers(state)).cleared).toHaveLength(1);
    expect(existsSync(work)).toBe(false);
  });
});
