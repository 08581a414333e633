import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { machine, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ProbeTarget, probeAccelerator } from './accelerator.ts';
import { keptProofs } from './accelerator-proofs.ts';
import { type TestGuest, testGuest } from './test-guest.ts';

const X86_64: ProbeTarget = {
  name: 'x86_64',
  qemu: 'qemu-system-x86_64',
  machine: { kvm: 'q35', tcg: 'q35' },
  cpu: { kvm: 'host', tcg: 'max' },
  serial: 'ttyS0',
  native: 'x86_64',
  cmdline: { kvm: [], tcg: [] },
};

let guest: TestGuest;
let cacheFolder: string;
beforeAll(async () => {
  guest = await testGuest();
});
beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'accelerator-'));
});
afterEach(() => rm(cacheFolder, { recursive: true, force: true }));

test('this host gets an accelerator that has booted a guest, and is asked only once', async () => {
  const proof = await probeAccelerator({ arch: X86_64, ...guest, cacheFolder });
  expect(proof.because).toMatch(
    proof.accelerator === 'kvm' ? /booted under KVM/ : /cannot be opened|no guest runs on it|by itself/,
  );
  expect(proof.seconds).toBeGreaterThan(0.1);
  const [kept] = await keptProofs(cacheFolder);
  expect(kept).toMatchObject({ ...proof, arch: 'x86_64' });
  const file = kept?.file ?? '';
  await writeFile(file, (await readFile(file, 'utf8')).replace(JSON.stringify(proof.because), '"kept"'));
  expect(await probeAccelerator({ arch: X86_64, ...guest, cacheFolder })).toEqual({ ...proof, because: 'kept' });
  const other = { ...X86_64, cpu: { kvm: 'host', tcg: 'qemu64' } };
  expect((await probeAccelerator({ arch: other, ...guest, cacheFolder })).because).toBe(proof.because);
});

test('a KVM on which no guest runs ends in TCG, with the reason', async () => {
  const broken = { ...X86_64, machine: { kvm: 'no-such-machine', tcg: 'q35' } };
  const proof = await probeAccelerator({ arch: broken, ...guest, cacheFolder });
  expect(proof.accelerator).toBe('tcg');
  expect(proof.because).toMatch(/no guest runs on it \(QEMU ended: .*|cannot be opened|by itself/);
});

test('a foreign architecture is never tried under KVM', async () => {
  const foreign = { ...X86_64, native: 'pdp11' };
  const proof = await probeAccelerator({ arch: foreign, ...guest, cacheFolder });
  expect(proof).toMatchObject({
    accelerator: 'tcg',
    because: `this host is ${machine()}, which cannot run pdp11 by itself`,
  });
});

test('where TCG boots nothing either, it is the harness that cannot tell', async () => {
  const initrd = join(cacheFolder, 'nothing');
  await writeFile(initrd, '');
  const probe = probeAccelerator({ arch: X86_64, kernel: guest.kernel, initrd, cacheFolder });
  await expect(probe).rejects.toMatchObject({
    fault: 'harness',
    code: 'no-accelerator',
    command: expect.stringContaining('-accel tcg'),
  });
  expect(await keptProofs(cacheFolder)).toEqual([]);
});

test('an interrupted probe keeps nothing', async () => {
  const reason = new Error('interrupted');
  const probe = probeAccelerator({ arch: X86_64, ...guest, cacheFolder, signal: AbortSignal.abort(reason) });
  await expect(probe).rejects.toBe(reason);
  expect(await keptProofs(cacheFolder)).toEqual([]);
  expect(await readdir(join(cacheFolder, 'tmp'))).toEqual([]);
});
