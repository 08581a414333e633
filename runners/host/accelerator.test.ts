import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { machine, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ProbeOptions, probeAccelerator } from './accelerator.ts';
import { keptProofs } from './accelerator-proofs.ts';
import { device } from './resources.ts';

/** Programs in QEMU's place, whose KVM has the one fault that is asked about: no host at hand has them all. */

const opens = (await device('/dev/kvm')).state === 'opens';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'accelerator-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The guest answers under TCG; under KVM happens what `underKvm` does, in shell. */
async function emulator(underKvm: string): Promise<ProbeOptions> {
  const qemu = join(folder, 'emulator');
  const script = `#!/bin/sh
[ "$1" = --version ] && exit
while [ $# -gt 1 ]; do
  case $1 in -accel) accelerator=$2 ;; -append) word=\${2##*stub.probe=} ;; esac
  shift
done
echo "$accelerator" >> ${join(folder, 'starts')}
if [ "$accelerator" = kvm ]; then ${underKvm}; else echo "stub-probe: $word"; fi
exec sleep 60
`;
  await writeFile(qemu, script);
  await chmod(qemu, 0o755);
  const both = { kvm: 'x', tcg: 'x' };
  const arch = {
    name: 'x',
    qemu,
    machine: both,
    cpu: both,
    serial: 'ttyS0',
    native: machine(),
    cmdline: { kvm: [], tcg: [] },
  };
  return { arch, kernel: qemu, initrd: qemu, cacheFolder: join(folder, 'cache') };
}

const starts = async () => (await readFile(join(folder, 'starts'), 'utf8')).trim().split('\n');

describe.skipIf(!opens)('where KVM opens', () => {
  test.each([
    ["echo 'KVM internal error. Suberror: 1'", 'KVM internal error'],
    ["echo 'kvm_buf_set_msrs: Assertion failed.'; exit 1", 'QEMU ended: kvm_buf_set_msrs'],
  ])('that it gives up (%s) is kept', async (underKvm, because) => {
    const options = await emulator(underKvm);
    const proof = await probeAccelerator(options);
    expect(proof).toMatchObject({ accelerator: 'tcg', because: expect.stringContaining(because) });
    expect(await probeAccelerator(options)).toEqual(proof);
    expect(await starts()).toEqual(['kvm', 'tcg']);
    expect(await keptProofs(options.cacheFolder)).toMatchObject([proof]);
  });

  test.each([
    ['exec sleep 60', 'no word from the guest within 10 s'],
    ["echo 'ioctl(KVM_CREATE_VM) failed: 16 Device or resource busy'; exit 1", 'resource busy'],
  ])('what may pass (%s) is not kept, and is waited for once by all that ask', async (underKvm, because) => {
    const options = await emulator(underKvm);
    const [one, two] = await Promise.all([probeAccelerator(options), probeAccelerator(options)]);
    expect(one).toMatchObject({ accelerator: 'tcg', because: expect.stringContaining(because) });
    expect(two).toBe(one);
    expect(await starts()).toEqual(['kvm', 'tcg']);
    expect(await keptProofs(options.cacheFolder)).toEqual([]);
  });

  test('that a guest boots on it is kept', async () => {
    const options = await emulator('echo "stub-probe: $word"');
    expect(await probeAccelerator(options)).toMatchObject({ accelerator: 'kvm' });
    expect(await keptProofs(options.cacheFolder)).toMatchObject([{ accelerator: 'kvm', arch: 'x' }]);
  });
});
