import { expect, test } from 'vitest';
import { pasteable } from '../process/command.ts';
import { ARCHES, type Arch } from './arch.ts';
import { type MachineSpec, qemuArgv } from './argv.ts';

const LEAN: MachineSpec = {
  name: 'lean',
  arch: 'x86_64',
  accelerator: 'tcg',
  cores: 2,
  memoryMiB: 1024,
  kernel: '/image/kernel',
  initrd: '/image/initrd',
  cmdline: ['root=/dev/vda', 'ro'],
  credentials: {},
  sockets: { qmp: '/run/qmp', console: '/run/console', agent: '/run/agent' },
  console: 'serial',
  consoleLog: '/run/console.log',
  pvpanic: false,
};

const FULL: MachineSpec = {
  ...LEAN,
  name: 'full',
  stubImage: '/image/stub.squashfs',
  dataDisk: { path: '/run/data.qcow2', format: 'qcow2' },
  share: { socket: '/run/fs', tag: 'fs' },
  network: { restrict: false, segmentSocket: '/run/segment' },
  credentials: { 'ssh.authorized_keys.root': '/run/key.pub', nonce: '/run/nonce' },
  console: 'hvc0',
  vsockCid: 7,
  pvpanic: true,
};

/** An option and its values a line: as one reads it, and as it can be pasted. */
function lines(spec: MachineSpec): string[] {
  const [file, ...words] = qemuArgv(spec).map((word) => pasteable([word]));
  return [`${file}`, ...words.join(' ').split(/ (?=-[a-z])/i)];
}

/** What a change to the spec adds to the command line (+) and takes from it (-). */
function change(changes: Partial<MachineSpec>, base = LEAN): string[] {
  const before = lines(base);
  const after = lines({ ...base, ...changes });
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

const ALL: readonly Arch[] = ['x86_64', 'aarch64', 'riscv64'];

test.each(ALL)('everything on %s', async (arch) => {
  await expect(`${lines({ ...FULL, arch }).join('\n')}\n`).toMatchFileSnapshot(`golden/${arch}-full.txt`);
});

test.each(ALL)('next to nothing on %s, under KVM', async (arch) => {
  const text = lines({ ...LEAN, arch, accelerator: 'kvm' }).join('\n');
  await expect(`${text}\n`).toMatchFileSnapshot(`golden/${arch}-lean-kvm.txt`);
});

test('a data disk', () => {
  expect(change({ dataDisk: { path: '/d.raw', format: 'raw', serial: 'other' } })).toEqual([
    '+ -drive if=none,id=data,format=raw,cache=unsafe,discard=unmap,file=/d.raw',
    '+ -device virtio-blk-pci,drive=data,serial=other',
  ]);
});

test('a stub image comes before the data disk, and cannot be written to', () => {
  const words = lines(FULL).filter((line) => /drive/.test(line));
  expect(words).toEqual([
    '-drive if=none,id=stub,format=raw,readonly=on,file=/image/stub.squashfs',
    '-device virtio-blk-pci,drive=stub',
    '-drive if=none,id=data,format=qcow2,cache=unsafe,discard=unmap,file=/run/data.qcow2',
    '-device virtio-blk-pci,drive=data,serial=data',
  ]);
});

test('a share needs memory that both sides can map', () => {
  expect(change({ share: { socket: '/run/fs', tag: 'fs' } })).toEqual([
    '- -machine q35',
    '+ -machine q35,memory-backend=memory',
    '+ -object memory-backend-memfd,id=memory,size=1024M,share=on',
    '+ -chardev socket,id=share,path=/run/fs',
    '+ -device vhost-user-fs-pci,chardev=share,tag=fs',
  ]);
});

test('a network of its own, with and without the way out and the neighbour', () => {
  const alone = change({ network: { restrict: true } });
  expect(alone).toEqual([
    '+ -netdev hubport,id=card,hubid=0',
    '+ -device virtio-net-pci,netdev=card,mac=52:54:00:12:34:56,romfile=',
    '+ -netdev user,id=internet,ipv4=on,ipv6=on,net=10.0.2.0/24,restrict=on,hostfwd=tcp:127.0.0.1:0-:22',
    '+ -netdev hubport,id=internet-port,hubid=0,netdev=internet',
  ]);
  expect(change({ network: { restrict: false } })).toContain(alone[2]?.replace('restrict=on', 'restrict=off'));
  expect(change({ network: { restrict: true, segmentSocket: '/run/segment' } })).toEqual([
    ...alone,
    '+ -netdev stream,id=segment,server=off,addr.type=unix,addr.path=/run/segment',
    '+ -netdev hubport,id=segment-port,hubid=0,netdev=segment',
  ]);
});

test('a package proxy, for which QEMU starts a command with each connection', () => {
  const cut = { network: { restrict: true } };
  expect(change({ network: { restrict: true, proxyPort: 40_001 } }, { ...LEAN, ...cut })).toEqual([
    '- -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny',
    '- -netdev user,id=internet,ipv4=on,ipv6=on,net=10.0.2.0/24,restrict=on,hostfwd=tcp:127.0.0.1:0-:22',
    '+ -sandbox on,obsolete=deny,resourcecontrol=deny',
    "+ -netdev 'user,id=internet,ipv4=on,ipv6=on,net=10.0.2.0/24,restrict=on,hostfwd=tcp:127.0.0.1:0-:22,guestfwd=tcp:10.0.2.100:3128-cmd:socat - TCP4:127.0.0.1:40001'",
  ]);
});

test('the console on virtio', () => {
  expect(change({ console: 'hvc0' })).toEqual([
    '- -serial chardev:console',
    '+ -device virtconsole,bus=ports.0,chardev=console',
  ]);
});

test('credentials, vsock, pvpanic, a CPU model', () => {
  expect(change({ credentials: { a: '/f' } })).toEqual(['+ -fw_cfg name=opt/io.systemd.credentials/a,file=/f']);
  expect(change({ credentials: { a: '/f' } }, { ...LEAN, arch: 'riscv64' })).toEqual([
    '- -initrd /image/initrd',
    '+ -initrd /run/initrd',
  ]);
  expect(change({ vsockCid: 3 })).toEqual(['+ -device vhost-vsock-pci,guest-cid=3']);
  expect(change({ pvpanic: true })).toEqual(['+ -device pvpanic-pci', '+ -action panic=none']);
  expect(change({ cpu: 'rva23s64' })).toEqual(['- -cpu max', '+ -cpu rva23s64']);
});

test('a saved state to go on from changes nothing in the machine', () => {
  expect(change({ state: '/checkpoint/state' }, FULL)).toEqual(['+ -incoming defer']);
});

test('another kernel and initramfs', () => {
  expect(change({ kernel: '/my/kernel', initrd: '/my/initrd' })).toEqual([
    '- -kernel /image/kernel',
    '- -initrd /image/initrd',
    '+ -kernel /my/kernel',
    '+ -initrd /my/initrd',
  ]);
});

test('commas in names and paths are no separators', () => {
  const spec: MachineSpec = {
    ...FULL,
    name: 'a,b',
    stubImage: '/a,b/stub',
    dataDisk: { path: '/a,b/data', format: 'raw' },
    share: { socket: '/a,b/fs', tag: 'fs' },
    network: { restrict: true, segmentSocket: '/a,b/segment' },
    credentials: { 'a,b': '/a,b/credential' },
    sockets: { qmp: '/a,b/qmp', console: '/a,b/console', agent: '/a,b/agent' },
    consoleLog: '/a,b/log',
  };
  const words = qemuArgv(spec).filter((word) => word.includes('a,'));
  expect(words).toHaveLength(10);
  for (const word of words) expect(word).not.toMatch(/a,b/);
});

test('only a guest that is let go runs, and a reset is carried out', () => {
  expect(qemuArgv(LEAN)).toContain('-S');
  expect(qemuArgv(LEAN)).not.toContain('-no-reboot');
  expect(qemuArgv(LEAN)).not.toContain('-no-shutdown');
});

test('each row is filed under its name, and its serial port is Linux’s', () => {
  for (const [name, row] of Object.entries(ARCHES)) {
    expect(row.name).toBe(name);
    expect(row.serial).toMatch(/^tty(S|AMA)0$/);
  }
});
