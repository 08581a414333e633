import { randomInt } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { StubImage } from '../../image/build.ts';
import type { Accelerator } from '../host/accelerator.ts';
import { device } from '../host/resources.ts';
import { Machine } from '../machine/machine.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { Cell } from '../matrix/plan.ts';
import { pasteable } from '../process/command.ts';
import { ARCHES, type Arch } from '../qemu/arch.ts';
import type { MachineSpec } from '../qemu/argv.ts';
import { GUEST } from './budgets.ts';
import { hostNameOf, type Workspace } from './workspace.ts';

type NetworkedSpec = MachineSpec & { readonly network: { readonly segmentSocket: string; readonly restrict: boolean } };

export interface GuestParts {
  readonly cell: Cell;
  readonly image: Pick<StubImage, 'squashfs' | 'kernel' | 'initrd'>;
  readonly accelerator: Accelerator;
  readonly workspace: Workspace;
  readonly options: Pick<RunOptions, 'console' | 'keep'>;
  /** The guest's address on the host's vsock; none where the host has no vsock. */
  readonly vsockCid?: number;
}

/** The machine of a cell, by the contract of stub's users: squashfs, data disk, one network card, one console. */
export function guestSpec({ cell, image, accelerator, workspace, options, vsockCid }: GuestParts): NetworkedSpec {
  const arch = cell.arch as Arch;
  const { segment, ...sockets } = workspace.sockets;
  const hostName = hostNameOf(cell.id);
  return {
    name: hostName,
    arch,
    accelerator,
    cores: GUEST.cores,
    memoryMiB: GUEST.memoryMiB,
    kernel: image.kernel,
    initrd: image.initrd,
    cmdline: [
      'root=/dev/vda',
      'ro',
      `console=${options.console === 'serial' ? ARCHES[arch].serial : options.console}`,
      'net.ifnames=0',
      `systemd.hostname=${hostName}`,
      workspace.nonce,
    ],
    stubImage: image.squashfs,
    dataDisk: { path: workspace.disk, format: 'qcow2' },
    network: { restrict: false, segmentSocket: segment },
    credentials: { 'ssh.authorized_keys.root': workspace.keys.publicKeyPath },
    sockets,
    console: options.console,
    consoleLog: workspace.file('console.log'),
    pvpanic: false,
    ...(vsockCid === undefined ? {} : { vsockCid }),
  };
}

/** A number that no other guest of this host is likely to have: there is no way to ask for a free one. */
async function freeVsock(): Promise<{ vsockCid?: number }> {
  const { state } = await device('/dev/vhost-vsock');
  return state === 'opens' ? { vsockCid: randomInt(0x10000, 0x7fffffff) } : {};
}

/** Starts the machine and leaves its command line among the evidence. */
export async function startGuest(parts: GuestParts, signal: AbortSignal): Promise<Machine> {
  const { workspace, options } = parts;
  const machine = await Machine.start(guestSpec({ ...parts, ...(await freeVsock()) }), {
    log: workspace.file('qemu.log'),
    pcap: workspace.file('segment.pcap'),
    outlive: options.keep,
    env: workspace.register.environment,
    signal,
  });
  workspace.register.process(machine.qemu.pid, machine.qemu.argv[0]);
  await writeFile(workspace.file('qemu.argv'), `${pasteable(machine.qemu.argv)}\n`);
  return machine;
}
