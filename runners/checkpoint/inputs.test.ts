import { expect, test } from 'vitest';
import type { MachineSpec } from '../qemu/argv.ts';
import { checkpointInputs, noCheckpointBecause } from './inputs.ts';

const spec: MachineSpec = {
  name: 'cell',
  arch: 'x86_64',
  accelerator: 'tcg',
  cores: 2,
  memoryMiB: 1024,
  kernel: '/image/kernel',
  initrd: '/image/initrd',
  cmdline: ['ro', 'stub-matrix.nonce=1'],
  stubImage: '/image/stub.squashfs',
  dataDisk: { path: '/run/1/disk', format: 'qcow2' },
  network: { restrict: false, segmentSocket: '/run/1/segment', proxyPort: 40_001 },
  credentials: { key: '/run/1/key' },
  sockets: { qmp: '/run/1/qmp', console: '/run/1/console', agent: '/run/1/agent' },
  console: 'serial',
  consoleLog: '/run/1/log',
  vsockCid: 77,
  pvpanic: false,
};

const inputs = (changes: Partial<MachineSpec> = {}) => checkpointInputs({ ...spec, ...changes }, '7.2.22');

test('what differs from run to run does not count', () => {
  const another: Partial<MachineSpec> = {
    kernel: '/elsewhere/kernel',
    initrd: '/elsewhere/initrd',
    cmdline: ['ro', 'stub-matrix.nonce=2'],
    stubImage: '/elsewhere/stub.squashfs',
    dataDisk: { path: '/run/2/disk', format: 'qcow2' },
    network: { restrict: false, segmentSocket: '/run/2/segment', proxyPort: 40_002 },
    credentials: { key: '/run/2/key' },
    sockets: { qmp: '/run/2/qmp', console: '/run/2/console', agent: '/run/2/agent' },
    consoleLog: '/run/2/log',
    vsockCid: 78,
    state: '/checkpoint/state',
  };
  expect(inputs(another)).toEqual(inputs());
  expect(JSON.stringify(inputs())).not.toMatch(/\/(run|image)\//);
});

const { dataDisk: _, ...diskless } = spec;
const { vsockCid: __, ...withoutVsock } = spec;

test.for<[string, MachineSpec]>([
  ['memory', { ...spec, memoryMiB: 2048 }],
  ['cores', { ...spec, cores: 1 }],
  ['processor', { ...spec, cpu: 'Haswell' }],
  ['architecture', { ...spec, arch: 'aarch64' }],
  ['the name, which is the host’s', { ...spec, name: 'other' }],
  ['the kernel’s command line', { ...spec, cmdline: ['rw'] }],
  ['a disk less', diskless],
  ['no vsock', withoutVsock],
  ['the network', { ...spec, network: { restrict: true, segmentSocket: '/run/1/segment', proxyPort: 40_001 } }],
  ['no segment', { ...spec, network: { restrict: false, proxyPort: 40_001 } }],
  ['no proxy', { ...spec, network: { restrict: false, segmentSocket: '/run/1/segment' } }],
  ['another credential', { ...spec, credentials: { luks: '/run/1/key' } }],
  ['the console', { ...spec, console: 'hvc0' }],
  ['pvpanic', { ...spec, pvpanic: true }],
])('%s counts', ([, other]) => {
  expect(checkpointInputs(other, '7.2.22')).not.toEqual(inputs());
});

test('QEMU’s version counts, and the host’s processor where the guest sees it', () => {
  expect(checkpointInputs(spec, '7.2.23')).not.toEqual(inputs());
  expect(inputs().hostCpu).toBe(null);
  expect(inputs({ accelerator: 'kvm' }).hostCpu).toMatch(/\w/);
});

test('of a machine on virtiofs there is no checkpoint', () => {
  expect(noCheckpointBecause(spec)).toBe(undefined);
  expect(noCheckpointBecause({ share: { socket: '/s', tag: 'fs' } })).toMatch(/virtiofs/);
});
