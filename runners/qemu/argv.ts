import type { Accelerator } from '../host/accelerator.ts';
import type { Argv } from '../process/command.ts';
import { ARCHES, type Arch } from './arch.ts';
import { inInitrd, initrdOf } from './credentials.ts';

/** The port's name in the guest (/dev/virtio-ports/…), which qemu-ga opens unless it is told another. */
export const AGENT_PORT = 'org.qemu.guest_agent.0';

/** The one network card's address. The same in every guest: no two of them ever share a segment. */
export const GUEST_MAC = '52:54:00:12:34:56';

export interface DataDisk {
  readonly path: string;
  readonly format: 'qcow2' | 'raw';
  /** Makes /dev/disk/by-id/virtio-SERIAL; `data` unless told otherwise. */
  readonly serial?: string;
}

export interface Network {
  /** Cuts the guest off from the outside; SSH from this host still reaches it. */
  readonly restrict: boolean;
  /** Where the runner listens for the guest's Ethernet frames. */
  readonly segmentSocket?: string;
  /** The port on this host's 127.0.0.1 to which GUEST_PROXY leads, also out of a guest that is cut off. */
  readonly proxyPort?: number;
}

/** An HTTP proxy, as the guest reaches it: on its own link, so it needs neither a route nor a name server. */
export const GUEST_PROXY = { address: '10.0.2.100', port: 3128 };

/** A guest, as a plain value that can be printed and compared. All paths are absolute. */
export interface MachineSpec {
  readonly name: string;
  readonly arch: Arch;
  readonly accelerator: Accelerator;
  /** In place of the architecture's own `-cpu`. */
  readonly cpu?: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly kernel: string;
  readonly initrd: string;
  /** The kernel's command line, a word each. */
  readonly cmdline: readonly string[];
  /** The squashfs which becomes /dev/vda, read-only. */
  readonly stubImage?: string;
  /** Becomes /dev/vdb behind a stub image. What is on it is lost when the *host* crashes, and only then. */
  readonly dataDisk?: DataDisk;
  /** A virtiofsd's socket, and the tag under which the guest mounts what it shares. */
  readonly share?: { readonly socket: string; readonly tag: string };
  readonly network?: Network;
  /** systemd credentials: name → file with the content. */
  readonly credentials: Readonly<Record<string, string>>;
  /** UNIX sockets on which QEMU listens. */
  readonly sockets: { readonly qmp: string; readonly console: string; readonly agent: string };
  /** What the console channel is wired to: the first serial port, or virtio's hvc0. */
  readonly console: 'serial' | 'hvc0';
  /** QEMU itself writes all console output here, also while nobody reads the socket. */
  readonly consoleLog: string;
  /** Needs /dev/vhost-vsock. 3 or greater, one guest each on a host. */
  readonly vsockCid?: number;
  /** A kernel panic becomes a GUEST_PANICKED event; the guest goes on to whatever `panic=` tells its kernel. */
  readonly pvpanic: boolean;
  /** The saved state of a machine of the same make (qemu/state.ts): the guest goes on from there instead of booting. */
  readonly state?: string;
}

/** QEMU reads commas as separators; a doubled one is a comma. */
function comma(value: string): string {
  return value.replaceAll(',', ',,');
}

/** `a=1,b=2`, leaving out what is undefined. Values are escaped, keys are ours. */
function options(head: string, values: Readonly<Record<string, string | number | undefined>> = {}): string {
  const pairs = Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${comma(String(value))}`],
  );
  return [head, ...pairs].join(',');
}

/**
 * What `-accel` takes. TCG keeps what it has translated until the buffer for it, by default 1 GiB, is full: after an install that
 * is mostly of programs long gone, which are found and dropped one by one as their memory is written again, in every boot
 * that follows. A smaller buffer is emptied as a whole now and then, which costs next to nothing.
 */
export const ACCELERATORS: Readonly<Record<Accelerator, string>> = {
  kvm: 'kvm',
  tcg: 'tcg,thread=multi,tb-size=256',
};

/** To start the command behind GUEST_PROXY takes fork, exec and setsid, the last of which QEMU counts among the privileges. */
function sandbox({ network }: MachineSpec): string {
  const starts = network?.proxyPort !== undefined;
  const words = starts ? [] : ['elevateprivileges=deny', 'spawn=deny'];
  return ['on', 'obsolete=deny', ...words, 'resourcecontrol=deny'].join(',');
}

function processor(spec: MachineSpec): string[] {
  const arch = ARCHES[spec.arch];
  // virtiofsd works in the guest's memory, so that has to be a file which both can map.
  const shared = spec.share !== undefined;
  const machine = arch.machine[spec.accelerator];
  return [
    ...['-machine', shared ? options(machine, { 'memory-backend': 'memory' }) : machine],
    ...['-accel', ACCELERATORS[spec.accelerator]],
    ...['-cpu', spec.cpu ?? arch.cpu[spec.accelerator]],
    ...['-smp', String(spec.cores)],
    ...['-m', `${spec.memoryMiB}M`],
    ...(shared ? ['-object', `memory-backend-memfd,id=memory,size=${spec.memoryMiB}M,share=on`] : []),
  ];
}

function kernel(spec: MachineSpec): string[] {
  const byDevice = inInitrd(spec) ? {} : spec.credentials;
  return [
    ...['-kernel', spec.kernel],
    ...['-initrd', initrdOf(spec)],
    ...['-append', [...spec.cmdline, ...ARCHES[spec.arch].cmdline[spec.accelerator]].join(' ')],
    ...Object.entries(byDevice).flatMap(([name, file]) => [
      '-fw_cfg',
      `name=opt/io.systemd.credentials/${comma(name)},file=${comma(file)}`,
    ]),
  ];
}

/** In this order: the guest numbers its disks by their place on the bus. */
function disks({ stubImage, dataDisk }: MachineSpec): string[] {
  const words: string[] = [];
  if (stubImage !== undefined) {
    words.push('-drive', options('if=none,id=stub,format=raw,readonly=on', { file: stubImage }));
    words.push('-device', 'virtio-blk-pci,drive=stub');
  }
  if (dataDisk !== undefined) {
    const { path, format, serial = 'data' } = dataDisk;
    words.push('-drive', options('if=none,id=data', { format, cache: 'unsafe', discard: 'unmap', file: path }));
    words.push('-device', options('virtio-blk-pci,drive=data', { serial }));
  }
  return words;
}

function share({ share }: MachineSpec): string[] {
  if (share === undefined) return [];
  return [
    ...['-chardev', options('socket,id=share', { path: share.socket })],
    ...['-device', options('vhost-user-fs-pci,chardev=share', { tag: share.tag })],
  ];
}

/**
 * QEMU's user network carries no multicast, which LLMNR needs. So the one card hangs on a hub, with the user network
 * as one neighbour and, where wanted, the runner as another.
 */
function network({ network }: MachineSpec): string[] {
  if (network === undefined) return [];
  const { address, port } = GUEST_PROXY;
  const user = options('user,id=internet,ipv4=on,ipv6=on,net=10.0.2.0/24', {
    restrict: network.restrict ? 'on' : 'off',
    hostfwd: 'tcp:127.0.0.1:0-:22',
    // A command for each connection: of what QEMU could connect to by itself, all connections would share one.
    guestfwd:
      network.proxyPort === undefined
        ? undefined
        : `tcp:${address}:${port}-cmd:socat - TCP4:127.0.0.1:${network.proxyPort}`,
  });
  const words = [
    ...['-netdev', 'hubport,id=card,hubid=0'],
    // romfile= (empty): no boot from the network, so no option ROM to look at before the kernel.
    ...['-device', options('virtio-net-pci,netdev=card', { mac: GUEST_MAC, romfile: '' })],
    ...['-netdev', user],
    ...['-netdev', 'hubport,id=internet-port,hubid=0,netdev=internet'],
  ];
  if (network.segmentSocket !== undefined) {
    const path = network.segmentSocket;
    words.push('-netdev', options('stream,id=segment,server=off,addr.type=unix', { 'addr.path': path }));
    words.push('-netdev', 'hubport,id=segment-port,hubid=0,netdev=segment');
  }
  return words;
}

function channels({ sockets, console, consoleLog }: MachineSpec): string[] {
  const server = { server: 'on', wait: 'off' };
  return [
    ...['-chardev', options('socket,id=qmp', { path: sockets.qmp, ...server })],
    ...['-mon', 'chardev=qmp,mode=control'],
    ...['-chardev', options('socket,id=console', { path: sockets.console, ...server, logfile: consoleLog })],
    ...['-device', 'virtio-serial-pci,id=ports'],
    ...(console === 'serial' ? ['-serial', 'chardev:console'] : ['-device', 'virtconsole,bus=ports.0,chardev=console']),
    ...['-chardev', options('socket,id=agent', { path: sockets.agent, ...server })],
    ...['-device', `virtserialport,bus=ports.0,chardev=agent,name=${AGENT_PORT}`],
  ];
}

function extras({ vsockCid, pvpanic, state }: MachineSpec): string[] {
  return [
    ...['-device', 'virtio-rng-pci'],
    ...(vsockCid === undefined ? [] : ['-device', `vhost-vsock-pci,guest-cid=${vsockCid}`]),
    ...(pvpanic ? ['-device', 'pvpanic-pci', '-action', 'panic=none'] : []),
    ...(state === undefined ? [] : ['-incoming', 'defer']),
  ];
}

/**
 * The command line which makes QEMU be this machine, paused (`-S`) until QMP says `cont`, so that no output comes
 * before somebody listens. A reset by the guest is carried out; only a power-off ends QEMU.
 */
export function qemuArgv(spec: MachineSpec): Argv {
  return [
    ARCHES[spec.arch].qemu,
    ...['-name', options(comma(spec.name), { 'debug-threads': 'on' })],
    ...['-no-user-config', '-nodefaults', '-S'],
    ...['-display', 'none'],
    ...['-sandbox', sandbox(spec)],
    ...processor(spec),
    ...kernel(spec),
    ...disks(spec),
    ...share(spec),
    ...network(spec),
    ...channels(spec),
    ...extras(spec),
  ];
}
