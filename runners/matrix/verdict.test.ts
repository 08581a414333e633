import { describe, expect, it } from 'vitest';
import { cellsOf } from './cells.ts';
import type { ArchiveChoice } from './fields.ts';
import { loadMatrix } from './load.ts';
import { type Existing, verdictOn } from './verdict.ts';

const matrix = loadMatrix();
const all = new Set(Object.keys(matrix.distributions));
const done: Existing = { installers: all, standIns: all };
const cells = new Map(cellsOf(matrix).map((cell) => [cell.id, cell]));

function verdict(id: string, choice: ArchiveChoice = 'real', existing = done): string {
  const cell = cells.get(id);
  if (!cell) throw new RangeError(`there is no cell ${id}`);
  const said = verdictOn(matrix, existing, cell, choice);
  return 'because' in said ? said.because : said.archives.join(' or ');
}

describe('verdictOn', () => {
  it('skips what nobody publishes, and names the stand-in that runs it', () => {
    expect(verdict('rocky8-riscv64-xfs')).toBe(
      'Rocky Linux 8 is not published for riscv64; `--archive stand-in` runs it',
    );
    expect(verdict('rocky8-riscv64-xfs', 'stand-in')).toBe('stand-in');
  });

  it('names no stand-in where none would run', () => {
    const because = 'Rocky Linux 8 is not published for riscv64';
    expect(verdict('rocky8-riscv64-xfs', 'real', { ...done, standIns: new Set() })).toBe(because);
    expect(verdict('rocky8-riscv64-xfs', 'real', { ...done, installers: new Set() })).toBe(because);
    expect(verdict('rocky8-riscv64-btrfs')).toBe(because);
  });

  it('takes a stand-in for an archive that does not answer, but not for one that does not exist', () => {
    expect(verdict('rocky8-x86_64-xfs', 'auto')).toBe('real or stand-in');
    expect(verdict('rocky8-x86_64-xfs', 'auto', { ...done, standIns: new Set() })).toBe('real');
    expect(verdict('rocky8-riscv64-xfs', 'auto')).toMatch(/^Rocky Linux 8 is not published for riscv64/);
  });

  it('gives the reason that stays before the one that goes away', () => {
    const nothing: Existing = { installers: new Set(), standIns: new Set() };
    expect(verdict('rocky8-x86_64-xfs', 'real', nothing)).toBe('its installer /root/rocky8.sh is not in the image yet');
    expect(verdict('rocky8-x86_64-btrfs', 'real', nothing)).toContain('without Btrfs');
    expect(verdict('rocky8-x86_64-xfs', 'stand-in', { ...done, standIns: new Set() })).toBe(
      'there is no stand-in of Rocky Linux 8 yet: mirrors/standins has none of the name rocky8',
    );
  });

  it('does not know which installers a given image has', () => {
    expect(verdict('rocky8-x86_64-xfs', 'real', { standIns: new Set() })).toBe('real');
  });

  it('lets what is so of an archive alone not count for its stand-in', () => {
    expect(verdict('gentoo-riscv64-xfs')).toMatch(/^Gentoo builds no binary kernel.*; `--archive stand-in` runs it$/);
    expect(verdict('gentoo-riscv64-xfs', 'stand-in')).toBe('stand-in');
    expect(verdict('rocky8-x86_64-btrfs', 'stand-in')).toContain('without Btrfs');
  });
});

/** What each distribution can be on, on the architectures it is published for, were all of it written. */
describe('matrix.yaml', () => {
  const runs = (distro: string, arch: string) =>
    Object.keys(matrix.filesystems).filter((fs) => verdict(`${distro}-${arch}-${fs}`) === 'real');
  const five = ['xfs', 'btrfs', 'ext4', 'virtiofs', 'luks'];
  const noBtrfs = ['xfs', 'ext4', 'virtiofs', 'luks'];
  it.each([
    ['debian12', five, five, []],
    ['debian13', five, five, five],
    ['ubuntu2004', five, five, five],
    ['ubuntu2204', five, five, five],
    ['ubuntu2404', five, five, five],
    ['ubuntu2604', five, five, five],
    ['centos6', ['xfs', 'ext4'], [], []],
    ['centos7', ['xfs', 'btrfs', 'ext4', 'luks'], ['xfs', 'ext4', 'luks'], []],
    ['centos8stream', noBtrfs, noBtrfs, []],
    ['centos9stream', noBtrfs, noBtrfs, []],
    ['centos10stream', noBtrfs, noBtrfs, []],
    ['almalinux9', noBtrfs, noBtrfs, []],
    ['rocky8', noBtrfs, noBtrfs, []],
    ['miraclelinux8', noBtrfs, [], []],
    ['fedora42', five, five, []],
    ['gentoo', five, five, []],
  ])('%s runs on x86_64 on %j, on aarch64 on %j, on riscv64 on %j', (distro, x86, arm, riscv) => {
    expect(matrix.architectures.map((arch) => runs(distro, arch))).toEqual([x86, arm, riscv]);
  });
});
