import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HarnessError } from '../../errors.ts';
import { attempt } from '../../process/command.ts';
import { type Configuration, digestOf, writeConfiguration } from '../kconfig/configuration.ts';
import type { Builder, Tester } from './builder.ts';

/** The variable in which a command that judges is told its configuration: the path of a .config. */
export const CONFIG_VARIABLE = 'STUB_MATRIX_CONFIG';

/**
 * Where a command of the user's judges, nothing is built: the configuration is a file for the command.
 *
 * @param folder for the files, by digest
 * @param named options that are said to be off where they are
 */
export function fileBuilder(folder: string, named: readonly string[]): Builder {
  return {
    makings: 'the configuration alone',
    build: async (values: Configuration) => {
      const digest = digestOf(values);
      const image = join(folder, `${digest}.config`);
      await writeFile(image, writeConfiguration(values, named), { mode: 0o600 });
      return { kind: 'built', signature: digest, image };
    },
  };
}

/**
 * Asks a command, as `git bisect run` does: 0 passes, 125 cannot tell, any other up to 124 fails.
 *
 * @param command of the user's, whole, for `sh`; the configuration reaches it by the environment
 * @throws HarnessError `judge-broken` where it cannot be run: that is no verdict on a configuration
 */
export function commandTester(command: string): Tester {
  return async ({ image }, _cell, signal) => {
    const log = `${image}.log`;
    const env = { [CONFIG_VARIABLE]: image };
    const { exitCode } = await attempt(['sh', '-c', command], { env, log, signal, purpose: 'the command that judges' });
    if (exitCode === 0) return { verdict: 'pass' };
    if (exitCode === 125) return { verdict: 'unresolved' };
    if (exitCode < 125) return { verdict: 'fail' };
    throw new HarnessError({
      code: 'judge-broken',
      message: `the command that judges ended with ${exitCode}, which is no verdict; it was given ${basename(image)}`,
      hint: 'let it end with 0 for good, 1 for bad, 125 where it cannot tell',
      evidence: log,
    });
  };
}
