import type { StubImage } from '../../image/build.ts';
import type { Accelerator } from '../host/accelerator.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { ARCHES, type Arch } from '../qemu/arch.ts';
import type { MachineSpec } from '../qemu/argv.ts';
import { GUEST } from './budgets.ts';
import type { Medium } from './medium.ts';
import { hostNameOf, type Workspace } from './workspace.ts';

export type GuestSpec = MachineSpec & {
  readonly network: { readonly segmentSocket: string; readonly restrict: boolean };
};

export interface GuestParts {
  readonly planned: PlannedCell;
  readonly image: Pick<StubImage, 'squashfs' | 'kernel' | 'initrd'>;
  readonly accelerator: Accelerator;
  /** `-cpu` */
  readonly cpu: string;
  readonly workspace: Workspace;
  readonly medium: Medium;
  /** Absolute path of the key that the archive is signed with, where that is not the distribution's. */
  readonly keyring?: string | undefined;
  readonly options: Pick<RunOptions, 'console' | 'proxy'>;
  /** The guest's address on the host's vsock; none where the host has no vsock. */
  readonly vsockCid?: number;
}

/** The credential by which stub, and only stub, unlocks the disk. */
const LUKS_KEY = 'stub.luks-key';

/** The credential by which an installer can be told whose signatures count; it has to be told so. */
const KEYRING = 'stub.archive-keyring.asc';

/** Where a guest finds it. */
export const KEYRING_FILE = `/run/credentials/@system/${KEYRING}`;

/** The tag by which stub's users mount the share. */
const SHARE_TAG = 'fs';

/** The machine of a cell, by the contract of stub's users: squashfs, data disk or share, one network card, one console. */
export function guestSpec({
  planned,
  image,
  accelerator,
  cpu,
  workspace,
  medium,
  keyring,
  options,
  vsockCid,
}: GuestParts): GuestSpec {
  const { cell } = planned;
  const arch = cell.arch as Arch;
  const { segment, share, ...sockets } = workspace.sockets;
  const hostName = hostNameOf(cell.id);
  return {
    name: hostName,
    arch,
    accelerator,
    cpu,
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
    ...(medium.disk === undefined ? {} : { dataDisk: { path: medium.disk, format: 'qcow2' } }),
    ...(medium.share === undefined ? {} : { share: { socket: share, tag: SHARE_TAG } }),
    network: {
      restrict: options.proxy !== undefined,
      segmentSocket: segment,
      ...(options.proxy === undefined ? {} : { proxyPort: options.proxy.port }),
    },
    credentials: {
      ...(medium.introduce ? { 'ssh.authorized_keys.root': medium.keys.publicKeyPath } : {}),
      ...(medium.luksKey === undefined ? {} : { [LUKS_KEY]: medium.luksKey }),
      ...(keyring === undefined ? {} : { [KEYRING]: keyring }),
    },
    sockets,
    console: options.console,
    consoleLog: workspace.file('console.log'),
    pvpanic: false,
    ...(vsockCid === undefined ? {} : { vsockCid }),
  };
}
