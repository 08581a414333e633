import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestGuest, testGuest } from '../host/test-guest.ts';
import type { MachineSpec } from './argv.ts';
import { launchQemu } from './launch.ts';

let guest: TestGuest;
let folder: string;
let stack: AsyncDisposableStack;

beforeAll(async () => {
  guest = await testGuest();
}, 300_000);
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await mkdtemp(join(tmpdir(), 'launch-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
});
afterEach(() => stack.disposeAsync());

function spec(changes: Partial<MachineSpec> = {}): MachineSpec {
  return {
    name: 'test,guest',
    arch: 'x86_64',
    accelerator: 'tcg',
    cores: 1,
    memoryMiB: 256,
    kernel: guest.kernel,
    initrd: guest.initrd,
    cmdline: ['console=ttyS0', 'quiet', 'panic=-1'],
    credentials: { 'some,name': join(folder, 'log') },
    sockets: { qmp: join(folder, 's,1/qmp'), console: join(folder, 's,1/console'), agent: join(folder, 's,1/agent') },
    console: 'serial',
    consoleLog: join(folder, 'console.log'),
    network: { restrict: true },
    pvpanic: false,
    ...changes,
  };
}

async function launch(changes: Partial<MachineSpec> = {}) {
  return stack.use(await launchQemu(spec(changes), { log: join(folder, 'log') }));
}

const prompt = { awaiting: 'the prompt', timeout: 60 };

test('a guest boots to a shell, resets, and powers itself off', { timeout: 120_000 }, async () => {
  const qemu = await launch();
  expect(await qemu.qmp.execute('query-status')).toMatchObject({ running: false });
  await qemu.cont();
  await qemu.console.waitFor('guest# ', prompt);
  expect(await qemu.console.execute('echo $((6*7))', prompt)).toEqual({ status: 0, output: '42' });

  const resets = qemu.qmp.events.length;
  qemu.console.sendLine('reboot -f');
  const reset = await qemu.qmp.waitForEvent('RESET', { awaiting: 'the reset', timeout: 20, from: resets });
  expect(reset.data).toMatchObject({ guest: true, reason: 'guest-reset' });
  const from = qemu.console.position;
  await qemu.console.waitFor('guest# ', { ...prompt, from });

  qemu.console.sendLine('poweroff -f');
  expect(await qemu.exited).toEqual({ exitCode: 0, signal: undefined, reason: 'guest-shutdown' });
  const log = await readFile(join(folder, 'console.log'), 'utf8');
  expect(log.match(/guest# /g)?.length).toBe(qemu.console.text().match(/guest# /g)?.length);
});

test('SSH gets a port that was free, and the runner hangs on the guest’s segment', async () => {
  const path = join(folder, 'segment');
  const joined = new Promise<Socket>((resolve) => {
    const server = createServer(resolve).listen(path);
    stack.defer(() => void server.close());
  });
  const qemu = await launch({ network: { restrict: false, segmentSocket: path } });
  const segment = await joined;
  stack.defer(() => void segment.destroy());
  expect(await qemu.sshPort()).toBeGreaterThan(1024);
  expect(await qemu.qmp.hmp('info network')).toMatch(
    /segment-port[\s\S]*internet-port|internet-port[\s\S]*segment-port/,
  );
});

test('QEMU takes everything that a cell has', async () => {
  const [stubImage, path] = [join(folder, 'stub,image'), join(folder, 'data,disk')];
  await writeFile(stubImage, Buffer.alloc(1 << 20));
  await writeFile(path, Buffer.alloc(1 << 20));
  const qemu = await launch({ stubImage, dataDisk: { path, format: 'raw' }, console: 'hvc0', pvpanic: true });
  const blocks = await qemu.qmp.execute('query-block');
  expect(blocks).toEqual([
    expect.objectContaining({ device: 'stub', inserted: expect.objectContaining({ ro: true, file: stubImage }) }),
    expect.objectContaining({ device: 'data', inserted: expect.objectContaining({ ro: false, file: path }) }),
  ]);
});

test('a guest without a network has no port for SSH', async () => {
  const { network: _, ...rest } = spec();
  const qemu = stack.use(await launchQemu(rest, { log: join(folder, 'log') }));
  await expect(qemu.sshPort()).rejects.toMatchObject({ fault: 'harness', code: 'no-ssh-port' });
});

describe('whoever ended QEMU is named', () => {
  test.each([
    ['SIGKILL', { exitCode: undefined, signal: 'SIGKILL', reason: 'killed-by-signal' }],
    // QEMU takes this one for a polite request and ends with status 0.
    ['SIGTERM', { exitCode: 0, signal: undefined, reason: 'killed-by-signal' }],
  ] as const)('%s from outside', async (signal, exit) => {
    const qemu = await launch();
    process.kill(qemu.pid, signal);
    expect(await qemu.exited).toEqual(exit);
    await expect(qemu.console.waitFor('x', prompt)).rejects.toMatchObject({ code: 'console-closed' });
  });

  test('we ourselves', async () => {
    const qemu = await launch();
    expect(await qemu.quit()).toEqual({ exitCode: 0, signal: undefined, reason: 'quit' });
  });

  test('we ourselves, of one that does not listen', { timeout: 15_000 }, async () => {
    const qemu = await launch();
    process.kill(qemu.pid, 'SIGSTOP');
    expect(await qemu.quit({ timeout: 0.5 })).toEqual({ exitCode: undefined, signal: 'SIGKILL', reason: 'quit' });
  });
});

test('a QEMU that does not start says why, with the line to paste', async () => {
  const launched = launch({ kernel: join(folder, 'no-such-kernel') });
  await expect(launched).rejects.toMatchObject({
    fault: 'harness',
    code: 'qemu-start-failed',
    message: expect.stringContaining('no-such-kernel'),
    command: expect.stringMatching(/^qemu-system-x86_64 .*-kernel \S*no-such-kernel/),
    evidence: join(folder, 'log'),
  });
});

test('a QEMU that ends before its sockets exist is not waited for', { timeout: 15_000 }, async () => {
  const launched = launch({ consoleLog: join(folder, 'no/such/folder/log') });
  await expect(launched).rejects.toMatchObject({
    code: 'qemu-start-failed',
    message: expect.stringContaining('no/such'),
  });
});

test('a path too long for a socket is refused by its name', async () => {
  const long = join(folder, 'x'.repeat(100));
  const launched = launch({ sockets: { ...spec().sockets, console: join(long, 'console') } });
  await expect(launched).rejects.toMatchObject({ fault: 'harness', code: 'socket-path-too-long' });
});

test('released, it lives on', async () => {
  const qemu = await launchQemu(spec(), { log: join(folder, 'log'), outlive: true });
  qemu.release();
  await qemu[Symbol.asyncDispose]();
  expect(() => process.kill(qemu.pid, 0)).not.toThrow();
  process.kill(qemu.pid, 'SIGKILL');
  expect(await qemu.exited).toMatchObject({ signal: 'SIGKILL' });
});
