import { join } from 'node:path';
import { run } from '../../runners/process/command.ts';

export const installers = join(import.meta.dirname, '../files/root');

/** What an installer says it would do, with SHOW=1: what → which, in the order in which it is said. */
export async function showInstaller(
  id: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Partial<Record<string, string[]>>> {
  const { stdout } = await run([join(installers, `${id}.sh`)], { env: { ...env, SHOW: '1' } });
  const lines = stdout.split('\n').map((line) => line.split(/: (.*)/) as [string, string?]);
  return Object.fromEntries(
    [...Map.groupBy(lines, ([what]) => what)].map(([what, all]) => [what, all.map(([, which = '']) => which)]),
  );
}
