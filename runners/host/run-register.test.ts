import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../process/command.ts';
import { statOf } from './processes.ts';
import { RunRegister } from './run-register.ts';

let folder: string;
let state: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stub-register-'));
  state = join(folder, 'state');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the register', () => {
  test('refuses a second run of the same name, and names that are paths', () => {
    using _ = new RunRegister(state, 'one');
    expect(() => new RunRegister(state, 'one')).toThrow(/there is one/);
    expect(() => new RunRegister(state, '../one')).toThrow(/no name of a file/);
  });

  test('refuses folders that hold what must not go', () => {
    using register = new RunRegister(state, 'one');
    symlinkSync(homedir(), join(folder, 'link'));
    for (const path of ['/', homedir(), state, folder, join(folder, 'link'), process.cwd()]) {
      expect(() => register.folder(path)).toThrow(/is not registered to be cleared/);
    }
  });

  test('leaves no record after its release', () => {
    {
      using register = new RunRegister(state, 'one');
      register.mount(join(folder, 'mnt'));
      expect(readdirSync(join(state, 'runs'))).toEqual(['one.json']);
    }
    expect(readdirSync(join(state, 'runs'))).toEqual([]);
  });

  test('leaves no process behind that descends from the run, also where who started it has ended', async () => {
    const pid = await orphanOf(new RunRegister(state, 'one'), (register) => register.release());
    await expect.poll(() => statOf(pid)).toBeUndefined();
  });

  test('leaves what was meant to stay', async () => {
    const pid = await orphanOf(new RunRegister(state, 'one'), (register) => {
      register.keep();
      register.release();
    });
    expect(statOf(pid)).toBeDefined();
    process.kill(pid);
  });
});

/** @returns the pid of a process whose parent has ended before the register's end. */
async function orphanOf(register: RunRegister, end: (register: RunRegister) => void): Promise<number> {
  const { stdout } = await run(['sh', '-c', 'sleep 60 > /dev/null 2>&1 & echo $!'], { env: register.environment });
  expect(statOf(Number(stdout))).toBeDefined();
  end(register);
  return Number(stdout);
}
