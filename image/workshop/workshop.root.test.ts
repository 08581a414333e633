import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunRegister } from '../../runners/host/run-register.ts';
import { run } from '../../runners/process/command.ts';
import { startDaemon } from '../../runners/process/daemon.ts';
import { mountPoints } from './recipe.ts';
import { argvIn } from './workshop.ts';

let root: string;
let tree: string;
let register: RunRegister;

/** Of this host's programs a tree that is laid out as a workshop's is. */
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'workshop-'));
  tree = join(root, 'tree');
  register = new RunRegister(join(root, 'state'), 'test');
  const programs = ['env', 'sh', 'cat', 'touch', 'sleep'].map((name) => `/usr/bin/${name}`);
  const linked = await run(['ldd', ...(programs as [string])]);
  const libraries = linked.stdout.match(/\/\S+\.so\S*/g) ?? [];
  for (const path of new Set([...programs, ...libraries])) {
    const to = join(tree, path.startsWith('/usr') ? path : `/usr${path}`);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(path, to);
  }
  for (const folder of mountPoints) await mkdir(join(tree, folder));
  for (const name of ['bin', 'lib', 'lib64']) await symlink(`usr/${name}`, join(tree, name));
  await mkdir(join(root, 'given'));
  await writeFile(join(root, 'given/text'), 'from outside');
});
afterEach(async () => {
  register.release();
  await rm(root, { recursive: true, force: true });
});

const binds = () => [{ from: join(root, 'given'), to: 'given' }];
const inside = (script: string, writable = false) =>
  argvIn(tree, ['sh', '-c', script], {
    binds: binds().map((bind) => ({ ...bind, writable })),
    env: { ANSWER: '42' },
    purpose: 'testing the workshop',
  });

test('a command sees the tools, what is bound for it, and nothing of the environment outside', async () => {
  const { stdout } = await run(inside('cat given/text; echo; env; echo $$'), { env: { SECRET: 'x' } });
  const [text, ...rest] = stdout.trim().split('\n');
  expect(text).toBe('from outside');
  expect(rest.pop()).toBe('1');
  expect(rest.map((line) => line.split('=')[0]).toSorted()).toEqual(['ANSWER', 'HOME', 'LC_ALL', 'PATH', 'PWD', 'TZ']);
});

test.each(['/usr/bin/new', '/work/given/new'])('it cannot write %s', async (path) => {
  await expect(run(inside(`touch ${path}`))).rejects.toThrow(/Read-only file system/);
});

test('it can write where it was told to', async () => {
  await run(inside('echo made > given/result; touch /tmp/x; echo > /dev/null', true));
  expect(await readFile(join(root, 'given/result'), 'utf8')).toBe('made\n');
});

test('killed, it leaves neither a process nor a mount', async () => {
  const marker = `sleep ${300_000 + process.pid}`;
  const ours = async () => (await run(['ps', '-e', '-o', 'args'])).stdout.split('\n').filter((line) => line === marker);
  await using daemon = await startDaemon(inside(`${marker} & echo up > given/up; wait`, true), {
    log: join(root, 'log'),
  });
  while ((await ours()).length === 0) await sleep(50);
  daemon.kill('SIGKILL');
  await daemon.exited;
  await expect.poll(ours, { timeout: 5000 }).toEqual([]);
  expect(await readFile('/proc/self/mounts', 'utf8')).not.toContain(root);
});
