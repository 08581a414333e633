import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestGuest, testGuest } from '../host/test-guest.ts';
import { Machine, type MachineOptions } from '../machine/machine.ts';
import { run } from '../process/command.ts';
import { readCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { freshen } from './freshen.ts';
import { resume } from './resume.ts';

type Spec = Parameters<typeof Machine.start>[0];

const prompt = { awaiting: 'the prompt', timeout: 60 };

let guest: TestGuest;
let folder: string;
let version: string;
const stack = new AsyncDisposableStack();

const checkpointFolder = () => join(folder, 'checkpoint');

async function specOf(name: string): Promise<Spec> {
  const at = join(folder, name);
  await mkdir(at, { mode: 0o700 });
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', join(at, 'disk'), '64M']);
  return {
    name: 'guest',
    arch: 'x86_64',
    accelerator: 'tcg',
    cores: 2,
    memoryMiB: 256,
    kernel: guest.kernel,
    initrd: guest.initrd,
    cmdline: ['console=ttyS0', 'quiet', 'panic=-1', `stub-matrix.nonce=${name}`],
    dataDisk: { path: join(at, 'disk'), format: 'qcow2' },
    network: { restrict: true, segmentSocket: join(at, 'segment') },
    credentials: {},
    sockets: { qmp: join(at, 'qmp'), console: join(at, 'console'), agent: join(at, 'agent') },
    console: 'serial',
    consoleLog: join(at, 'console.log'),
    pvpanic: false,
  };
}

function optionsOf(spec: Spec): MachineOptions {
  const at = join(spec.network.segmentSocket, '..');
  const signal = AbortSignal.timeout(120_000);
  return { log: join(at, 'qemu.log'), pcap: join(at, 'pcap'), outlive: false, env: {}, signal };
}

async function resumed(name: string, changes: Partial<Spec> = {}) {
  const spec = { ...(await specOf(name)), ...changes };
  const result = await resume(await readCheckpoint(checkpointFolder()), spec, version, optionsOf(spec));
  return { spec, result };
}

/** What is in the checkpoint, as hashes. */
async function contents(): Promise<string[]> {
  const paths = (await readdir(checkpointFolder())).map((name) => join(checkpointFolder(), name));
  const files = await Promise.all(paths.map((path) => readFile(path)));
  return files.map((bytes) => createHash('sha256').update(bytes).digest('hex')).toSorted();
}

/** One checkpoint for all tests, of a guest at its prompt. */
beforeAll(async () => {
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  [guest, folder] = [await testGuest(), await mkdtemp(join(tmpdir(), 'checkpoint-'))];
  await mkdir(checkpointFolder());
  const spec = await specOf('saved');
  await using machine = await Machine.start(spec, optionsOf(spec));
  version = machine.qemu.qmp.version;
  await machine.see(/guest# /, { ...prompt, from: 0 });
  await machine.execute('word=remembered', prompt);
  const { seconds, bytes } = await saveCheckpoint(machine, spec, checkpointFolder(), { timeout: 60 });
  expect(seconds).toBeGreaterThan(0);
  expect(bytes).toBeGreaterThan(1_000_000);
  expect(await machine.execute('echo $word', prompt)).toMatchObject({ output: 'remembered' });
}, 300_000);
afterAll(() => stack.disposeAsync());

test('two guests go on from one checkpoint, which stays as it is; clock and randomness are made right', async () => {
  const before = await contents();
  const uuids = new Set<string>();
  const pair = await Promise.all([resumed('one'), resumed('two')]);
  for (const { spec, result } of pair) {
    if (!result.loaded) throw new Error(result.because);
    await using machine = result.machine;
    const { clockOff, reseeded } = await freshen(machine, prompt);
    expect(clockOff).toBeGreaterThanOrEqual(1);
    // BusyBox has nothing to ask the kernel by.
    expect(reseeded).toBe('within a minute');
    const { output } = await machine.execute('echo $word $(date +%s) $(cat /proc/sys/kernel/random/uuid)', prompt);
    const [word, time, uuid] = output.split(' ');
    expect(word).toBe('remembered');
    expect(Math.abs(Number(time) - Date.now() / 1000)).toBeLessThan(5);
    uuids.add(`${uuid}`);
    expect(await machine.qemu.qmp.hmp('info network')).toMatch(/segment-port/);
    const { stdout } = await run(['qemu-img', 'info', '-U', '--output=json', spec.dataDisk?.path ?? '']);
    expect(JSON.parse(stdout)).toMatchObject({ 'backing-filename': join(checkpointFolder(), 'disk') });
  }
  expect(await contents()).toEqual(before);
});

test('where it does not load nothing of the try is left, and the machine boots by itself', async () => {
  const checkpoint = await readCheckpoint(checkpointFolder());
  const spec = await specOf('damaged');
  const state = join(folder, 'damaged-state');
  await writeFile(state, (await readFile(checkpoint.state)).subarray(0, 3_000_000));
  const disk = await readFile(join(folder, 'damaged/disk'), 'base64');
  const result = await resume({ ...checkpoint, state }, spec, version, optionsOf(spec));
  expect(result).toMatchObject({ loaded: false, because: expect.stringContaining(state) });
  expect(await readFile(join(folder, 'damaged/disk'), 'base64')).toBe(disk);
  await using machine = await Machine.start(spec, optionsOf(spec));
  await machine.see(/guest# /, { ...prompt, from: 0 });
});

test('a checkpoint of another machine or another QEMU is not even tried', async () => {
  expect((await resumed('bigger', { memoryMiB: 512 })).result).toEqual({
    loaded: false,
    because: 'it was made of another machine: 512M',
  });
  const spec = await specOf('other');
  const checkpoint = await readCheckpoint(checkpointFolder());
  expect(await resume(checkpoint, spec, '10.0.2', optionsOf(spec))).toEqual({
    loaded: false,
    because: `it was made by QEMU ${version}, this is 10.0.2`,
  });
});

test('a run that is broken off is no checkpoint that does not load', async () => {
  const spec = await specOf('broken-off');
  const options = { ...optionsOf(spec), signal: AbortSignal.abort(new Error('Ctrl-C')) };
  await expect(resume(await readCheckpoint(checkpointFolder()), spec, version, options)).rejects.toThrow('Ctrl-C');
});
