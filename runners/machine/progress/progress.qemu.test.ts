import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testGuest } from '../../host/test-guest.ts';
import { gatherEvidence } from '../evidence/evidence.ts';
import { Machine, type MachineOptions, type Patience } from '../machine.ts';
import { slowness } from './sample.ts';

/** Real guests that do not get on, and one that is merely slow. In each test the guest is at its prompt, and comes back to it. */

const stack = new AsyncDisposableStack();
afterAll(() => stack.disposeAsync());

/** In seconds, a twentieth of a cell's. */
const limits = { still: 5, spin: 4, loop: 5, held: 4, ceiling: 600 };
const NEVER: Patience = { awaiting: 'what never comes', budget: limits };
const PROMPT = /guest# /;

let folder: string;
let machine: Machine;
const kill = (signal: NodeJS.Signals) => process.kill(machine.qemu.pid, signal);

/** As a host that is out of breath: QEMU gets every other twentieth of a second. */
async function breathless(over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    kill('SIGSTOP');
    await sleep(50);
    kill('SIGCONT');
    await sleep(50);
  }
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'progress-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const { kernel, initrd } = await testGuest();
  const file = (name: string) => join(folder, name);
  const spec: Parameters<typeof Machine.start>[0] = {
    name: 'guest',
    arch: 'x86_64',
    accelerator: 'tcg',
    cores: 1,
    memoryMiB: 256,
    kernel,
    initrd,
    cmdline: ['console=ttyS0', 'sysrq_always_enabled'],
    network: { restrict: true, segmentSocket: file('segment') },
    credentials: {},
    sockets: { qmp: file('qmp'), console: file('console'), agent: file('agent') },
    console: 'serial',
    consoleLog: file('console.log'),
    pvpanic: false,
  };
  const { signal } = new AbortController();
  const options: MachineOptions = { log: file('log'), pcap: file('pcap'), outlive: false, env: {}, signal };
  machine = stack.use(await Machine.start(spec, options));
});

/** Types a line that does not come back, and breaks it off at the end, whatever that is. */
async function whileRunning(line: string, work: () => Promise<void>): Promise<void> {
  await machine.type(line);
  try {
    await work();
  } finally {
    const from = machine.qemu.console.position;
    machine.qemu.console.send('\x03');
    await machine.see(PROMPT, { awaiting: 'the prompt', timeout: 120, from });
  }
}

test('a guest that is merely slow is waited for', async () => {
  const over = new AbortController();
  const breathing = breathless(over.signal);
  try {
    await machine.see(PROMPT, { awaiting: 'the prompt of a slow guest', budget: { ...limits, spin: 600 } });
  } finally {
    over.abort();
    await breathing;
  }
});

test('at a prompt that nobody types at, it hangs', async () => {
  await expect(machine.see(/never/, NEVER)).rejects.toMatchObject({
    fault: 'guest',
    code: 'hung',
    message: expect.stringMatching(/what never comes: the guest hangs: no word on its console for \d+ s.*guest# $/s),
  });
  expect(slowness(machine.samples)).toBeGreaterThanOrEqual(1);
});

test('the same words again and again are a loop, whatever number is in them', async () => {
  const loop = 'i=0; while sleep 0.3; do i=$((i+1)); echo "A start job is running ("$i"s / no limit)"; done';
  await whileRunning(loop, async () => {
    await expect(machine.see(/never/, NEVER)).rejects.toMatchObject({
      code: 'looping',
      message: expect.stringMatching(/the guest loops: .*, such as "A start job is running \(\d+s \/ no limit\)";/),
    });
  });
});

test('a busy loop spins, and its kernel is asked what it is about', async () => {
  await whileRunning('while :; do :; done', async () => {
    await expect(machine.see(/never/, NEVER)).rejects.toMatchObject({
      code: 'hung',
      message: expect.stringMatching(/the guest spins: .* \d+\.\d s of CPU/),
    });
    const { taken, missing } = await gatherEvidence(machine, folder, new AbortController().signal);
    expect(taken.map(({ name }) => name)).toEqual(['hang-status', 'hang-registers', 'hang-progress', 'hang-tasks']);
    // No screen, and nobody who would read a journal.
    expect(missing).toEqual([
      { name: 'hang-screen', because: expect.stringMatching(/screendump: GenericError/) },
      { name: 'hang-journal', because: expect.stringMatching(/no answer/) },
    ]);
    const [status, registers, progress, tasks] = await Promise.all(taken.map(({ path }) => readFile(path, 'utf8')));
    expect(JSON.parse(status ?? '')).toMatchObject({ status: { status: 'running' }, cpus: [{ 'cpu-index': 0 }] });
    expect(registers).toMatch(/RIP=[0-9a-f]+/);
    expect(JSON.parse(progress?.trim().split('\n').at(-1) ?? '')).toMatchObject({ hold: 'runs' });
    expect(tasks).toMatch(/task:kthreadd/);
  });
});

test('a QEMU that somebody has stopped is the harness’s business, however long the wait', async () => {
  kill('SIGSTOP');
  const stopped = {
    fault: 'harness',
    code: 'qemu-stopped',
    command: `kill -CONT ${machine.qemu.pid}`,
    message: expect.stringMatching(/while we waited for what never comes/),
  };
  await expect(machine.see(/never/, { awaiting: 'what never comes', timeout: 0.5 })).rejects.toMatchObject(stopped);
  await expect(machine.see(/never/, NEVER)).rejects.toMatchObject(stopped);
  kill('SIGCONT');
  expect(await machine.execute('echo $((6*7))', { awaiting: 'an answer', timeout: 120 })).toMatchObject({
    output: '42',
  });
});

test('a kernel that stands still with its interrupts off hangs', async () => {
  await machine.type('halt -f');
  await expect(machine.see(/never/, NEVER)).rejects.toMatchObject({ code: 'hung' });
});
