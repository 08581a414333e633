import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type TestGuest, testGuest } from '../host/test-guest.ts';
import type { MachineSpec } from './argv.ts';
import { launchQemu, type Qemu } from './launch.ts';
import { saveState } from './state.ts';

let guest: TestGuest;
let folder: string;
let stack: AsyncDisposableStack;

beforeAll(async () => {
  guest = await testGuest();
}, 300_000);
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await mkdtemp(join(tmpdir(), 'state-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
});
afterEach(() => stack.disposeAsync());

const prompt = { awaiting: 'the prompt', timeout: 60 };

async function launch(name: string, changes: Partial<MachineSpec> = {}): Promise<Qemu> {
  const sockets = {
    qmp: join(folder, name, 'qmp'),
    console: join(folder, name, 'con'),
    agent: join(folder, name, 'ga'),
  };
  const spec: MachineSpec = {
    name,
    arch: 'x86_64',
    accelerator: 'tcg',
    cores: 1,
    memoryMiB: 256,
    kernel: guest.kernel,
    initrd: guest.initrd,
    cmdline: ['console=ttyS0', 'quiet', 'panic=-1'],
    credentials: {},
    sockets,
    console: 'serial',
    consoleLog: join(folder, `${name}.console`),
    network: { restrict: true },
    pvpanic: false,
    ...changes,
  };
  return stack.use(await launchQemu(spec, { log: join(folder, `${name}.log`) }));
}

/** The state of a guest at its prompt, which knows `word`; the guest is paused. */
async function save(word: string): Promise<{ saved: Qemu; state: string }> {
  const saved = await launch('saved');
  await saved.cont();
  await saved.console.waitFor('guest# ', prompt);
  await saved.console.execute(`word=${word}`, prompt);
  await saved.qmp.execute('stop');
  const state = join(folder, 'state');
  await saveState(saved.qmp, state, { socket: join(folder, 'saved/state'), timeout: 60 });
  return { saved, state };
}

test('the saved guest goes on, and two others go on where it stood, side by side', async () => {
  const { saved, state } = await save('remembered');
  const bytes = await readFile(state);
  await saved.cont();
  await saved.console.execute('word=forgotten', prompt);
  const others = await Promise.all([launch('one', { state }), launch('two', { state })]);
  for (const other of others) {
    expect(await other.qmp.execute('query-status')).toMatchObject({ running: false, status: 'paused' });
    await other.cont();
    other.console.sendLine('');
    await other.console.waitFor('guest# ', prompt);
    expect(await other.console.execute('echo $word', prompt)).toEqual({ status: 0, output: 'remembered' });
  }
  expect(await saved.console.execute('echo $word', prompt)).toEqual({ status: 0, output: 'forgotten' });
  expect((await readFile(state)).equals(bytes)).toBe(true);
});

test('a state that does not fit, or is damaged, is refused with the reason', async () => {
  const { saved, state } = await save('lost');
  await saved.quit();
  await expect(launch('bigger', { state, memoryMiB: 512 })).rejects.toMatchObject({
    fault: 'harness',
    code: 'state-not-loaded',
    message: expect.stringMatching(/QEMU: .*[Ss]ize mismatch/s),
    evidence: join(folder, 'bigger.log'),
  });
  await truncate(state, 3_000_000);
  await expect(launch('short', { state })).rejects.toMatchObject({ code: 'state-not-loaded' });
  await writeFile(state, 'no state at all');
  await expect(launch('damaged', { state })).rejects.toMatchObject({ code: 'state-not-loaded' });
  await expect(launch('missing', { state: join(folder, 'nowhere') })).rejects.toMatchObject({
    code: 'state-not-loaded',
    message: expect.stringContaining('ENOENT'),
  });
});

test('a state that cannot be written leaves nothing, and the guest goes on', async () => {
  const guest = await launch('kept');
  await expect(
    saveState(guest.qmp, join(folder, 'no/such/folder'), { socket: join(folder, 'kept/state'), timeout: 20 }),
  ).rejects.toMatchObject({ fault: 'harness', code: 'state-not-saved', message: expect.stringContaining('ENOENT') });
  await guest.cont();
  await guest.console.waitFor('guest# ', prompt);
});
