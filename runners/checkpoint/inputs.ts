import { cpus } from 'node:os';
import { type MachineSpec, type Network, qemuArgv } from '../qemu/argv.ts';

/** All that decides whether a saved state fits a machine, besides the bytes of its image and disk; plain JSON, to be hashed. */
export interface CheckpointInputs {
  /** QEMU promises that states survive a change of its version; it does not always keep that. */
  readonly qemu: string;
  /** The command line, with the paths of this run left out. */
  readonly machine: readonly string[];
  /** Under KVM with `-cpu host`, where the guest has seen the real one. */
  readonly hostCpu: string | null;
}

/** Words on the kernel's command line that are new in every run. */
const PER_RUN = /^stub-matrix\./;

/**
 * What a checkpoint of this machine depends on. A missing or an additional device does not always make QEMU refuse a state,
 * so the whole command line counts.
 */
export function checkpointInputs(spec: MachineSpec, qemuVersion: string): CheckpointInputs {
  const { state: _, stubImage, dataDisk, network, vsockCid, ...rest } = spec;
  const anywhere: MachineSpec = {
    ...rest,
    kernel: 'kernel',
    initrd: 'initrd',
    cmdline: spec.cmdline.filter((word) => !PER_RUN.test(word)),
    ...(stubImage === undefined ? {} : { stubImage: 'stub' }),
    ...(dataDisk === undefined ? {} : { dataDisk: { ...dataDisk, path: 'data' } }),
    ...(network === undefined ? {} : { network: anywhereOn(network) }),
    ...(vsockCid === undefined ? {} : { vsockCid: 3 }),
    credentials: Object.fromEntries(Object.keys(spec.credentials).map((name) => [name, 'credential'])),
    sockets: { qmp: 'qmp', console: 'console', agent: 'agent' },
    consoleLog: 'console.log',
  };
  return {
    qemu: qemuVersion,
    machine: qemuArgv(anywhere),
    hostCpu: spec.accelerator === 'kvm' ? (cpus()[0]?.model ?? 'unknown') : null,
  };
}

function anywhereOn({ segmentSocket, proxyPort, ...rest }: Network): Network {
  return {
    ...rest,
    ...(segmentSocket === undefined ? {} : { segmentSocket: 'segment' }),
    ...(proxyPort === undefined ? {} : { proxyPort: 1 }),
  };
}

/** Why no checkpoint can be made of such a machine; undefined where one can. */
export function noCheckpointBecause({ share }: Pick<MachineSpec, 'share'>): string | undefined {
  return share && 'the root filesystem is virtiofsd’s, whose open files are in no saved state';
}
