import { copyFileSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { machine, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { GuestFailure, HarnessError, UsageError } from '../runners/errors.ts';
import { attempt } from '../runners/process/command.ts';
import { exitCodeOf } from './exit.ts';
import { checkout } from './options.ts';

const folder = mkdtempSync(join(tmpdir(), 'main-'));
afterAll(() => rmSync(folder, { recursive: true }));

const launcher = join(checkout, 'stub-matrix');
const main = (...args: string[]) =>
  attempt([process.execPath, join(checkout, 'cli/main.ts'), ...args], { cwd: folder });

describe('the command line', () => {
  it.each([
    [['run', '--', '--distro', 'nosuch'], 'unknown distribution "nosuch"'],
    [['run', '--distro', 'debian13', '--arch', 'x86-64'], 'did you mean x86_64?'],
    [['run', '--distrib', 'debian13'], 'did you mean --distro'],
    [['run', '--image', 'nosuch'], '--image nosuch: there is no such file'],
    [['run', '--distro', 'debian12', '--arch', 'riscv64'], 'is not published for riscv64'],
    [['rnu'], 'unknown command "rnu": did you mean run?'],
    [['--distro', 'debian13'], './stub-matrix run --distro debian13'],
    [['shell'], 'which cell?'],
    [['reopen'], 'which capsule?'],
    [['reopen', 'nosuch'], 'nosuch is no failure capsule: there is no manifest.json in it'],
    [['shell', 'debian13-x86_64-xfz'], 'did you mean debian13-x86_64-xfs'],
    [['help', 'plna'], 'did you mean plan?'],
  ])('refuses %j with exit code 2, starting nothing', async (args, words) => {
    const { exitCode, stdout, stderr } = await main(...args);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it('plans one cell for a distribution: of this host, with the filesystem its installer takes', async () => {
    const { stdout } = await main('plan', '--distro', 'debian13');
    const [, ...lines] = stdout.split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(new RegExp(`^debian13-${machine()}-xfs `));
    expect(lines[1]).toContain('239 not asked for');
  });

  it('prints the plan of what was asked for', async () => {
    const { exitCode, stdout } = await main(
      'plan',
      '--',
      '--distro=debian12',
      '--arch',
      'x86_64,riscv64',
      '--fs',
      'xfs',
      '--jobs=1',
    );
    expect(exitCode).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['cell', 'takes', 'because'],
      ['debian12-x86_64-xfs', 'run', expect.stringMatching(/^\d+ min$/)],
      ['debian12-riscv64-xfs', 'skip', 'Debian 12 (bookworm) is not published for riscv64'],
      [expect.stringMatching(/^1 to run \(about \d+ min, 1 at a time\), 1 skipped, 238 not asked for$/)],
    ]);
  });

  it.each([
    ['check', []],
    ['run', ['--cell', 'debian13-x86_64-xfs', '--image', launcher]],
    ['shell', ['debian13-x86_64-xfs', '--image', launcher]],
  ])('%s needs what the image is built with, also beside a given one', async (command, args) => {
    const argv = [process.execPath, join(checkout, 'cli/main.ts'), command, '--no-install', ...args] as const;
    const { exitCode, stderr } = await attempt(argv, { env: { PATH: '/nonexistent' } });
    expect(stderr).toContain('mmdebstrap (mmdebstrap) fetches');
    expect(stderr).toContain('qemu-img (qemu-utils) makes');
    expect(exitCode).toBe(125);
  });

  it.each([
    [['run', '--cell', 'debian13-x86_64-xfs', '--out', join(folder, 'out')]],
    [['shell', 'debian13-x86_64-xfs']],
  ])('%j refuses an image that is no squashfs with exit code 2, starting nothing', async (args) => {
    const { exitCode, stderr } = await main(...args, '--image', launcher, '--cache', join(folder, 'cache'));
    expect(stderr).toContain(`${launcher} is no squashfs`);
    expect(existsSync(join(folder, 'out'))).toBe(false);
    expect(existsSync(join(folder, 'cache'))).toBe(false);
    expect(exitCode).toBe(2);
  });

  it('helps', async () => {
    expect((await main()).stdout).toContain('Usage: ./stub-matrix COMMAND');
    expect((await main('run', '--help')).stdout).toContain('--mirror URL');
    expect((await main('help', 'run')).stdout).toBe((await main('run', '-h')).stdout);
  });
});

describe('exitCodeOf', () => {
  it('tells who is at fault', () => {
    const details = { code: 'x', message: 'x' };
    expect(exitCodeOf(new GuestFailure(details), false)).toBe(1);
    expect(exitCodeOf(new UsageError(details), false)).toBe(2);
    expect(exitCodeOf(new HarnessError(details), false)).toBe(125);
    expect(exitCodeOf(new TypeError('a bug of ours'), false)).toBe(125);
    expect(exitCodeOf(new GuestFailure(details), true)).toBe(130);
  });
});

describe('the launcher', () => {
  it('works through a link and from another folder', async () => {
    symlinkSync(launcher, join(folder, 'link'));
    const { exitCode, stderr } = await attempt([join(folder, 'link'), 'rnu', '--no-install'], { cwd: folder });
    expect(stderr).toContain('unknown command "rnu"');
    expect(exitCode).toBe(2);
  });

  it('installs nothing when told so, and says what to type', async () => {
    for (const file of ['stub-matrix', 'package.json', 'pnpm-lock.yaml'])
      copyFileSync(join(checkout, file), join(folder, file));
    const copy = join(folder, 'stub-matrix');
    const byFlag = await attempt([copy, 'plan', '--no-install']);
    const byVariable = await attempt([copy, 'plan'], { env: { STUB_MATRIX_NO_INSTALL: '1' } });
    for (const { exitCode, stderr } of [byFlag, byVariable]) {
      expect(stderr).toMatch(/npm packages are missing.*\n {2}\$ pnpm --dir '.*' install --frozen-lockfile/);
      expect(exitCode).toBe(125);
    }
  });
});
