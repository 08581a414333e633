import { expect, test } from 'vitest';
import { doubtsAbout, type Handover, kernelsIn } from './kexec-proof.ts';

const good: Handover = {
  before: {
    bootId: '11111111-1111-1111-1111-111111111111',
    release: '6.12.117+deb13-cloud-amd64',
    version: '#1 SMP Debian 6.12.117-1',
    cmdline: ['root=/dev/vda', 'ro', 'stub-matrix.nonce=abc'],
    root: { source: 'overlay', type: 'overlay', options: ['rw'] },
    dataDisk: '/dev/vdb',
    rootDevices: [],
  },
  after: {
    bootId: '22222222-2222-2222-2222-222222222222',
    release: '6.12.117+deb13-amd64',
    version: '#1 SMP Debian 6.12.117-1',
    cmdline: ['rw', 'stub-matrix.nonce=abc', 'root=UUID=x', 'rootfstype=xfs'],
    root: { source: '/dev/vdb', type: 'xfs', options: ['rw'] },
    dataDisk: '/dev/vdb',
    rootDevices: ['/dev/vdb'],
  },
  resets: 1,
  kernelsSeen: ['6.12.117+deb13-cloud-amd64', '6.12.117+deb13-amd64'],
  installedKernels: ['6.12.117+deb13-amd64'],
  nonce: 'stub-matrix.nonce=abc',
  filesystem: { type: 'xfs', on: 'disk' },
};

const after = (changes: Partial<Handover['after']>): Partial<Handover> => ({ after: { ...good.after, ...changes } });

test('a handover by kexec leaves no doubt', () => {
  expect(doubtsAbout(good)).toEqual([]);
});

test('a root on a Btrfs subvolume is on its disk', () => {
  const root = { source: '/dev/vdb[/@rootfs]', type: 'btrfs', options: ['rw'] };
  expect(doubtsAbout({ ...good, ...after({ root }), filesystem: { type: 'btrfs', on: 'disk' } })).toEqual([]);
});

test('a root on a volume of LUKS is on its disk, one on a share needs none', () => {
  const crypt = { source: '/dev/mapper/root', type: 'xfs', options: ['rw'] };
  const encrypted = after({ root: crypt, rootDevices: ['/dev/mapper/root', '/dev/vdb'] });
  expect(doubtsAbout({ ...good, ...encrypted, filesystem: { type: 'xfs', on: 'encrypted-disk' } })).toEqual([]);
  const root = { source: 'fs', type: 'virtiofs', options: ['rw'] };
  const shared = after({ root, rootDevices: [], dataDisk: '' });
  expect(doubtsAbout({ ...good, ...shared, filesystem: { type: 'virtiofs', on: 'share' } })).toEqual([]);
});

test.for<[string, Partial<Handover>, RegExp]>([
  ['a second reset', { resets: 2 }, /2 resets/],
  ['no reset at all', { resets: 0 }, /0 resets/],
  ['the same boot', after({ bootId: '11111111-1111-1111-1111-111111111111' }), /boot id is still/],
  ["stub's own kernel", after({ release: '6.12.117+deb13-cloud-amd64' }), /none of the installed ones/],
  ['one kernel only', { kernelsSeen: ['6.12.117+deb13-amd64'] }, /saw 6.12.117\+deb13-amd64$/m],
  [
    'another kernel last',
    { kernelsSeen: ['6.12.117+deb13-amd64', '6.12.117+deb13-cloud-amd64'] },
    /without a reset between/,
  ],
  ['a reset at a mere start', { before: undefined }, /1 resets on the way, expected 0/],
  ['a kernel nobody installed', { installedKernels: [] }, /none of the installed ones \(none\)/],
  ['another run’s nonce', { nonce: 'stub-matrix.nonce=xyz' }, /lacks stub-matrix.nonce=xyz/],
  ['another disk', after({ rootDevices: ['/dev/vdc'] }), /on \/dev\/vdc, not on/],
  ['something between', after({ rootDevices: ['/dev/mapper/root', '/dev/vdb'] }), /not right on the disk/],
  ['no encryption', { filesystem: { type: 'xfs', on: 'encrypted-disk' } }, /\/dev\/vdb, which is no encrypted volume/],
  ['no share', { filesystem: { type: 'xfs', on: 'share' } }, /\/dev\/vdb, not the share "fs"/],
  ['no data disk', after({ dataDisk: '' }), /no \/dev\/disk\/by-id/],
  ['another filesystem', { filesystem: { type: 'ext4', on: 'disk' } }, /is xfs, asked for was ext4/],
])('%s is noticed', ([, change, expected]) => {
  expect(doubtsAbout({ ...good, ...change }).join('\n')).toMatch(expected);
});

test('kernels announce themselves on the console; what others quote does not count', () => {
  const console = [
    '[    0.000000] Linux version 6.12.117+deb13-cloud-amd64 (debian-kernel@lists.debian.org) (x86_64-linux-gnu-gcc-14)',
    'root@stub:~# dmesg | grep Linux version 5.0 (x)',
    '[    0.000000] Linux version 6.12.117+deb13-amd64 (debian-kernel@lists.debian.org) (x86_64-linux-gnu-gcc-14)',
  ].join('\n');
  expect(kernelsIn(console)).toEqual(['6.12.117+deb13-cloud-amd64', '6.12.117+deb13-amd64']);
});
