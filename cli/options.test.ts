import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadMatrix } from '../runners/matrix/load.ts';
import { commands } from './commands.ts';
import { parseFlags } from './flags.ts';
import { runOptionsOf, selectionOf } from './options.ts';

const cwd = mkdtempSync(join(tmpdir(), 'options-'));
writeFileSync(join(cwd, 'stub.squashfs'), '');
afterAll(() => rmSync(cwd, { recursive: true }));

const parse = (...args: string[]) => parseFlags('run', args, commands.run?.flags ?? {}, []);
const options = (...args: string[]) =>
  runOptionsOf(parse(...args), { cwd, env: { XDG_CACHE_HOME: '/x' }, arch: 'x86_64' });
const select = (...args: string[]) => selectionOf(parse(...args), loadMatrix(), { arch: 'x86_64' });

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
    const { distributions, architectures, filesystems } = loadMatrix();
    expect(select('--distro', 'all', '--arch', 'x86_64,all', '--fs=all')).toEqual({
      distro: Object.keys(distributions),
      arch: architectures,
      fs: Object.keys(filesystems),
      hostArch: 'x86_64',
    });
  });

  it('asks for the architecture on a host whose own is not in the matrix', () => {
    const onOther = (...args: string[]) => selectionOf(parse(...args), loadMatrix(), { arch: 's390x' });
    expect(() => onOther('--distro', 'debian13')).toThrow("This host's, s390x, is not in the matrix");
    expect(onOther('--arch', 'x86_64')).toEqual({ arch: ['x86_64'], hostArch: 's390x' });
    expect(onOther()).toBe('everything');
  });

  it.each(['distro', 'arch', 'fs'])('refuses --%s beside --cell', (flag) => {
    const given = () => select('--cell', 'debian13-x86_64-xfs', `--${flag}`, 'all');
    expect(given).toThrow(expect.objectContaining({ fault: 'usage', code: 'cell-and-more' }));
    expect(given).toThrow(`--${flag} does not go with it`);
  });

  it.each([
    ['--distro', 'debain13', 'unknown distribution "debain13": did you mean debian13'],
    ['--distro', 'nosuch', 'unknown distribution "nosuch": valid are debian12, debian13'],
    ['--arch', 'x86-64', 'unknown architecture "x86-64": did you mean x86_64?'],
    ['--fs', 'exfat', 'unknown filesystem "exfat": did you mean xfs or ext4?'],
    ['--cell', 'all', 'unknown cell "all"'],
    ['--cell', 'debian13-x86_64-zfs', 'unknown cell "debian13-x86_64-zfs": did you mean debian13-x86_64-xfs'],
  ])('refuses %s %s', (flag, name, words) => {
    expect(() => select(flag, name)).toThrow(words);
  });
});

describe('runOptionsOf', () => {
  it('has a default for all that must be there, and leaves the rest out', () => {
    const { jobs, outFolder, ...rest } = options();
    expect(jobs).toBeGreaterThanOrEqual(1);
    expect(outFolder).toMatch(/\/reports\/out$/);
    expect(rest).toEqual({ keep: false, console: 'serial', cacheFolder: '/x/stub-matrix' });
  });

  it('resolves file names where they were typed', () => {
    expect(options('--image', 'stub.squashfs', '--out', 'o', '--cache', 'c')).toMatchObject({
      image: join(cwd, 'stub.squashfs'),
      outFolder: join(cwd, 'o'),
      cacheFolder: join(cwd, 'c'),
    });
  });

  it.each([
    [['--image', 'stub.sqashfs'], 'no-such-file'],
    [['--kernel', '.'], 'no-such-file'],
    [['--initrd', 'no/such/folder/file'], 'no-such-file'],
    [['--mirror', 'ftp.debian.org'], 'not-a-url'],
    [['--mirror', 'ftp://ftp.debian.org/debian'], 'not-a-url'],
    [['--jobs', '0'], 'not-a-number'],
    [['--jobs', '2x'], 'not-a-number'],
  ])('refuses %j', (args, code) => {
    expect(() => options(...args)).toThrow(expect.objectContaining({ fault: 'usage', code }));
  });

  it('names the file that was probably meant', () => {
    expect(() => options('--image', 'stub.sqashfs')).toThrow(
      expect.objectContaining({ hint: `in ${cwd} there is stub.squashfs` }),
    );
  });
});

describe('the way to packages', () => {
  it('is through the proxy, unless told otherwise', () => {
    expect(options()).not.toHaveProperty('direct');
    expect(options('--direct')).toMatchObject({ direct: true });
    expect(options('--offline')).toMatchObject({ offline: true });
  });

  it.each([
    ['--direct', /--offline replays .* with --direct guests do without it/],
    ['--image=stub.squashfs', /--offline replays .* with --image guests do without it/],
  ])('is not offline with %s', (flag, message) => {
    expect(() => options('--offline', flag)).toThrow(message);
  });
});
