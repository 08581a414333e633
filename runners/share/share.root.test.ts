import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { Machine, type MachineOptions } from '../machine/machine.ts';
import { type Share, startShare } from './share.ts';
import { shareGuest } from './share-guest.test-support.ts';

const prompt = { awaiting: 'the prompt', timeout: 120 };

let made: string;
let guest: { readonly kernel: string; readonly initrd: string };
let folder: string;
let shared: string;
let stack: AsyncDisposableStack;

beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'share-guest-'));
  guest = await shareGuest(made);
}, 300_000);
afterAll(() => rm(made, { recursive: true, force: true }));
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await mkdtemp(join(tmpdir(), 'share-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  // The comma parts the options of one flavour of virtiofsd.
  shared = join(folder, 'shared,folder');
  await mkdir(shared);
});
afterEach(() => stack.disposeAsync());

async function start(): Promise<{ share: Share; machine: Machine }> {
  const at = (name: string) => join(folder, name);
  const share = stack.use(await startShare({ folder: shared, socket: at('fs'), log: at('virtiofsd.log') }));
  const spec: Parameters<typeof Machine.start>[0] = {
    name: 'guest',
    arch: 'x86_64',
    accelerator: 'tcg',
    cores: 1,
    memoryMiB: 256,
    ...guest,
    cmdline: ['console=ttyS0', 'quiet', 'panic=-1'],
    share: { socket: share.socket, tag: 'fs' },
    network: { restrict: true, segmentSocket: at('segment') },
    credentials: {},
    sockets: { qmp: at('qmp'), console: at('console'), agent: at('agent') },
    console: 'serial',
    consoleLog: at('console.log'),
    pvpanic: false,
  };
  const signal = AbortSignal.timeout(200_000);
  const logs = { log: at('qemu.log'), pcap: at('pcap') };
  const options: MachineOptions = { ...logs, outlive: false, env: {}, lifelines: [share.ended], signal };
  const machine = stack.use(await Machine.start(spec, options));
  await machine.see(/guest# /, { ...prompt, from: 0 });
  return { share, machine };
}

/** Alive, and no zombie. */
async function lives(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}

async function dies(pid: number): Promise<boolean> {
  for (let i = 0; i < 100 && (await lives(pid)); i++) await sleep(20);
  return !(await lives(pid));
}

test('what the guest makes lies on the host: owners, links, devices; it ends with the guest', async () => {
  const { share, machine } = await start();
  const commands = [
    'cd /mnt && echo hello >file && chown 1234:5678 file && chmod 4755 file',
    'ln file hard && ln -s file soft && mknod null c 1 3 && mkfifo pipe',
    'stat -c "%u:%g %a %h" file && cd / && sync',
  ];
  expect(await machine.execute(commands.join(' && '), prompt)).toEqual({ status: 0, output: '1234:5678 4755 2' });
  expect(await readFile(join(shared, 'hard'), 'utf8')).toBe('hello\n');
  expect(await lstat(join(shared, 'file'))).toMatchObject({ uid: 1234, gid: 5678, mode: 0o104755, nlink: 2 });
  expect(await lstat(join(shared, 'null'))).toMatchObject({ rdev: 0x103 });
  expect(await lives(share.pid)).toBe(true);
  const off = machine.execute('umount /mnt; poweroff -f', prompt);
  await expect(off).rejects.toMatchObject({ fault: 'guest', code: 'guest-powered-off' });
  expect(await dies(share.pid)).toBe(true);
});

test('a virtiofsd that is killed is named, and not the guest that hangs', async () => {
  const { share, machine } = await start();
  const hanging = machine.execute('while sleep 1; do echo x >>/mnt/file; done', prompt);
  process.kill(share.pid, 'SIGKILL');
  await expect(hanging).rejects.toMatchObject({
    fault: 'harness',
    code: 'share-died',
    message: expect.stringContaining('SIGKILL'),
    command: expect.stringContaining('virtiofsd'),
    evidence: join(folder, 'virtiofsd.log'),
  });
});

test('it dies with us, even when we are killed, and leaves no socket when it is disposed of', async () => {
  const options = { folder: shared, socket: join(folder, 'fs'), log: join(folder, 'log') };
  const script = `
    import { startShare } from ${JSON.stringify(join(import.meta.dirname, 'share.ts'))};
    console.log((await startShare(${JSON.stringify(options)})).pid);
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [pid] = await once(parent.stdout, 'data');
  expect(await lives(Number(pid))).toBe(true);
  parent.kill('SIGKILL');
  expect(await dies(Number(pid))).toBe(true);
  // The socket that it left is no hindrance.
  const share = await startShare(options);
  await share[Symbol.asyncDispose]();
  expect(await lives(share.pid)).toBe(false);
  expect(existsSync(options.socket)).toBe(false);
});

test('what cannot be shared is said at once', async () => {
  const options = { folder: join(folder, 'nowhere'), socket: join(folder, 'fs'), log: join(folder, 'log') };
  await expect(startShare(options)).rejects.toMatchObject({ fault: 'harness', code: 'share-no-folder' });
  const socket = join(folder, 'no/such/folder/fs');
  await expect(startShare({ ...options, folder: shared, socket })).rejects.toMatchObject({
    code: 'share-died',
    message: expect.stringContaining('No such file'),
  });
});
