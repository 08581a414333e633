import { describe, expect, it } from 'vitest';
import { loadMatrix } from '../runners/matrix/load.ts';
import { commands } from './commands.ts';
import { parseFlags } from './flags.ts';
import { archiveChoiceOf, selectionOf, shardGiven } from './selection.ts';

const matrix = loadMatrix();
const parse = (...args: string[]) => parseFlags('run', args, commands.run?.flags ?? {}, []);
const select = (...args: string[]) => selectionOf(parse(...args), matrix, { arch: 'x86_64' });

describe('selectionOf', () => {
  it('hands known names on', () => {
    expect(select('--distro', 'debian13', '--fs', 'xfs,ext4')).toEqual({
      distro: ['debian13'],
      fs: ['xfs', 'ext4'],
      hostArch: 'x86_64',
    });
    expect(select('--cell', 'debian13-x86_64-xfs')).toEqual({ cell: ['debian13-x86_64-xfs'] });
    expect(select('--jobs', '2')).toBe('everything');
  });

  it('takes all for every name of a dimension', () => {
    const { distributions, architectures, filesystems } = matrix;
    expect(select('--distro', 'all', '--arch', 'x86_64,all', '--fs=all')).toEqual({
      distro: Object.keys(distributions),
      arch: architectures,
      fs: Object.keys(filesystems),
      hostArch: 'x86_64',
    });
  });

  it('takes a profile for the choices it stands for, in the words of the flags', () => {
    const select = [{ distro: ['debian13'] }, { cell: ['rocky8-aarch64-xfs'] }];
    const profiles = { mine: { about: 'what the test needs', select } };
    expect(selectionOf(parse('--profile', 'mine'), { ...matrix, profiles }, { arch: 'x86_64' })).toEqual([
      { distro: ['debian13'], hostArch: 'x86_64' },
      { cell: ['rocky8-aarch64-xfs'] },
    ]);
  });

  it('asks for the architecture on a host whose own is not in the matrix', () => {
    const onOther = (...args: string[]) => selectionOf(parse(...args), matrix, { arch: 's390x' });
    expect(() => onOther('--distro', 'debian13')).toThrow("This host's, s390x, is not in the matrix");
    expect(() => onOther('--profile', 'smoke')).toThrow("This host's, s390x, is not in the matrix");
    expect(onOther('--arch', 'x86_64')).toEqual({ arch: ['x86_64'], hostArch: 's390x' });
    expect(onOther()).toBe('everything');
  });

  it.each([
    ['cell', 'debian13-x86_64-xfs', 'distro', 'all'],
    ['cell', 'debian13-x86_64-xfs', 'arch', 'all'],
    ['cell', 'debian13-x86_64-xfs', 'fs', 'all'],
    ['profile', 'smoke', 'arch', 'all'],
    ['profile', 'smoke', 'cell', 'debian13-x86_64-xfs'],
  ])('refuses --%s %s beside --%s', (way, value, flag, other) => {
    const given = () => select(`--${way}`, value, `--${flag}`, other);
    expect(given).toThrow(expect.objectContaining({ fault: 'usage', code: `${way}-and-more` }));
    expect(given).toThrow(`--${flag} does not go with it`);
  });

  it.each([
    ['--distro', 'debain13', 'unknown distribution "debain13": did you mean debian13'],
    ['--distro', 'nosuch', 'unknown distribution "nosuch"'],
    ['--arch', 'x86-64', 'unknown architecture "x86-64": did you mean x86_64?'],
    ['--fs', 'exfat', 'unknown filesystem "exfat": did you mean xfs or ext4?'],
    ['--cell', 'all', 'unknown cell "all"'],
    ['--cell', 'debian13-x86_64-zfs', 'unknown cell "debian13-x86_64-zfs": did you mean debian13-x86_64-xfs'],
    ['--profile', 'nightlx', 'unknown profile "nightlx": did you mean nightly?'],
    ['--profile', 'constructor', 'unknown profile "constructor"'],
  ])('refuses %s %s', (flag, name, words) => {
    expect(() => select(flag, name)).toThrow(words);
  });
});

describe('shardGiven', () => {
  it('is a part of so many', () => {
    expect(shardGiven(parse())).toBeUndefined();
    expect(shardGiven(parse('--shard', '2/4'))).toEqual({ index: 2, count: 4 });
  });

  it.each(['0/4', '5/4', '2', '2/4/8', '1/0', 'a/b'])('refuses %s', (typed) => {
    expect(() => shardGiven(parse('--shard', typed))).toThrow(expect.objectContaining({ code: 'not-a-shard' }));
  });
});

describe('archiveChoiceOf', () => {
  const profiles = {
    cautious: { about: 'what the test needs', archive: 'auto' as const, select: [{ distro: ['debian13'] }] },
    plain: { about: 'what the test needs', select: [{ distro: ['debian13'] }] },
  };
  const choice = (...args: string[]) => archiveChoiceOf(parse(...args), { ...matrix, profiles });

  it('is the real archive, unless the flag or the profile says otherwise', () => {
    expect(choice()).toBe('real');
    expect(choice('--profile', 'plain')).toBe('real');
    expect(choice('--profile', 'cautious')).toBe('auto');
    expect(choice('--profile', 'cautious', '--archive', 'real')).toBe('real');
    expect(choice('--archive', 'stand-in')).toBe('stand-in');
  });

  it('refuses what is none', () => {
    expect(() => choice('--archive', 'standin')).toThrow('did you mean stand-in?');
  });
});
