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
  },
  after: {
    bootId: '22222222-2222-2222-2222-222222222222',
    release: '6.12.117+deb13-amd64',
    version: '#1 SMP Debian 6.12.117-1',
    cmdline: ['rw', 'stub-matrix.nonce=abc', 'root=UUID=x', 'rootfstype=xfs'],
    root: { source: '/dev/vdb', type: 'xfs', options: ['rw'] },
    dataDisk: '/dev/vdb',
  },
  resets: 1,
  kernelsSeen: ['6.12.117+deb13-cloud-amd64', '6.12.117+deb13-amd64'],
  installedKernels: ['6.12.117+deb13-amd64'],
  nonce: 'stub-matrix.nonce=abc',
  fs: 'xfs',
};

const after = (changes: Partial<Handover['after']>): Partial<Handover> => ({ after: { ...good.after, ...changes } });

test('a handover by kexec leaves no doubt', () => {
  expect(doubtsAbout(good)).toEqual([]);
});

test('a root on a Btrfs subvolume is on its disk', () => {
  const root = { source: '/dev/vdb[/@rootfs]', type: 'btrfs', options: ['rw'] };
  expect(doubtsAbout({ ...good, ...after({ root }), fs: 'btrfs' })).toEqual([]);
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
  ['another disk', after({ root: { ...good.after.root, source: '/dev/vdc' } }), /on \/dev\/vdc, not on/],
  ['no data disk', after({ dataDisk: '' }), /no \/dev\/disk\/by-id/],
  ['another filesystem', { fs: 'ext4' }, /is xfs, asked for was ext4/],
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
