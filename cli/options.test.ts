import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { commands } from './commands.ts';
import { parseFlags } from './flags.ts';
import { runOptionsOf } from './options.ts';

const cwd = mkdtempSync(join(tmpdir(), 'options-'));
writeFileSync(join(cwd, 'stub.squashfs'), '');
afterAll(() => rmSync(cwd, { recursive: true }));

const parse = (...args: string[]) => parseFlags('run', args, commands.run?.flags ?? {}, []);
const options = (...args: string[]) =>
  runOptionsOf(parse(...args), { cwd, env: { XDG_CACHE_HOME: '/x' }, arch: 'x86_64' });

describe('runOptionsOf', () => {
  it('has a default for all that must be there, and leaves the rest out', () => {
    const { outFolder, ...rest } = options();
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

  it('takes what the run may take of the host', () => {
    expect(options('--jobs', '4', '--cores', '6', '--memory', '16G', '--nice', '10')).toMatchObject({
      jobs: 4,
      cores: 6,
      memoryMiB: 16384,
      nice: 10,
    });
    expect(options('--memory', '6000m')).toMatchObject({ memoryMiB: 6000 });
  });

  it.each([
    [['--image', 'stub.sqashfs'], 'no-such-file'],
    [['--kernel', '.'], 'no-such-file'],
    [['--initrd', 'no/such/folder/file'], 'no-such-file'],
    [['--mirror', 'ftp.debian.org'], 'not-a-url'],
    [['--mirror', 'ftp://ftp.debian.org/debian'], 'not-a-url'],
    [['--jobs', '0'], 'not-a-number'],
    [['--jobs', '2x'], 'not-a-number'],
    [['--cores', '0'], 'not-a-number'],
    [['--memory', '16'], 'not-a-size'],
    [['--memory', '0G'], 'not-a-size'],
    [['--nice', '20'], 'not-a-niceness'],
    [['--nice=-5'], 'not-a-niceness'],
    [['--retries', '1', '--repeat', '0'], 'not-a-number'],
    [['--retries', '1', '--repeat', '2'], 'repeat-and-retries'],
    [['--keep', '--retries', '1'], 'keep-and-again'],
    [['--keep', '--repeat', '1'], 'keep-and-again'],
  ])('refuses %j', (args, code) => {
    expect(() => options(...args)).toThrow(expect.objectContaining({ fault: 'usage', code }));
  });

  it('takes no retries for what they are', () => {
    expect(options('--retries', '0', '--keep')).toMatchObject({ retries: 0, keep: true });
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
