import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GuestFailure } from '../../runners/errors.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import type { PlannedCell } from '../../runners/matrix/plan.ts';
import { type CellContext, type CheckOptions, cellSuite } from '../harness/check.ts';
import { narrowed } from './checks.ts';
import { tryCell } from './trial.ts';

const cell = { id: 'debian13-x86_64-xfs', distro: 'debian13', arch: 'x86_64', fs: 'xfs' };
const planned = { cell, expected: 1, knownFailures: [] as PlannedCell['knownFailures'] } as PlannedCell;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trial-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A suite of checks that say that they ran, each with what it comes to. */
function suiteOf(checks: readonly (readonly [title: string, options?: CheckOptions, thrown?: Error])[]) {
  const ran: string[] = [];
  const open = async (): Promise<CellContext> => ({
    [Symbol.asyncDispose]: async () => void ran.push('taken down'),
  });
  const suite = cellSuite(open, (check) => {
    for (const [title, options, thrown] of checks) {
      const body = async () => {
        ran.push(title);
        if (thrown) throw thrown;
      };
      check(title, body, options);
    }
  });
  return { suite, ran };
}

const alone = { independent: true };
const guilty = new GuestFailure({ code: 'kexec-not-done', message: 'stub found nothing to boot' });
const tried = (suite: Parameters<typeof tryCell>[1], known: PlannedCell['knownFailures'] = []) => {
  const { signal } = new AbortController();
  const given = { options: {} as RunOptions, folder, rerun: './stub-matrix run', signal };
  return tryCell({ ...planned, knownFailures: known }, suite, given);
};

describe('a trial', () => {
  test('ends at the first check that does not pass, says which, and takes the cell down', async () => {
    const { suite, ran } = suiteOf([['one'], ['two', alone, guilty], ['three', alone], ['four']]);
    expect(await tried(suite)).toEqual({ status: 'failed', because: 'two: stub found nothing to boot' });
    expect(ran).toEqual(['one', 'two', 'taken down']);
    expect(await readFile(join(folder, 'events.ndjson'), 'utf8')).toContain('"status":"failed"');
  });

  test('passes where all checks do', async () => {
    const { suite, ran } = suiteOf([['one'], ['two', alone]]);
    expect(await tried(suite)).toEqual({ status: 'passed' });
    expect(ran).toEqual(['one', 'two', 'taken down']);
  });

  test('says nothing of the guest where the fault is ours', async () => {
    const { suite } = suiteOf([['one', {}, new Error('no QEMU')], ['two']]);
    expect(await tried(suite)).toMatchObject({ status: 'error', because: 'one: no QEMU' });
  });

  test('does not take a host that is too busy for a bad kernel', async () => {
    const message = "the guest's kernel panicked: Kernel panic - not syncing: IO-APIC + timer doesn't work!  Boot with";
    const { suite } = suiteOf([['one', {}, new GuestFailure({ code: 'kernel-panic', message })]]);
    expect(await tried(suite)).toEqual({ status: 'error', because: `one: ${message}` });
  });

  test('does not fail for what the matrix knows to fail', async () => {
    const row = {
      check: 'two',
      when: {},
      signature: 'nothing to boot',
      expires: '2999-01-01',
      tracker: '',
      because: '',
    };
    const { suite } = suiteOf([['one'], ['two', alone, guilty]]);
    expect(await tried(suite, [row])).toEqual({ status: 'passed' });
  });
});

describe('a suite that is narrowed', () => {
  const { suite } = suiteOf([
    ['the boot'],
    ['SSH by key', alone],
    ['LLMNR', alone],
    ['a reboot'],
    ['SSH again', alone],
  ]);
  const titles = (...words: string[]) => narrowed(suite, words).checks.map(({ title }) => title);

  test('has what leads to the wanted checks, and those', () => {
    expect(titles('llmnr')).toEqual(['the boot', 'LLMNR']);
    expect(titles('ssh')).toEqual(['the boot', 'SSH by key', 'a reboot', 'SSH again']);
    expect(titles('boot')).toEqual(['the boot', 'a reboot']);
    expect(titles()).toHaveLength(5);
  });

  test('does not take a word that stands in no title', () => {
    expect(() => titles('ssh', 'telnet')).toThrow(
      /--check telnet: no check has this in its title; there are:\n {2}the boot\n/,
    );
  });
});
