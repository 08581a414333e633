import type { Context } from './commands.ts';

/**
 * Clears what earlier runs left that were killed, and says so; nothing is said where nothing was left.
 *
 * @returns the folder where runs are registered.
 */
export async function tidyUp(cacheFolder: string, { print }: Pick<Context, 'print'>): Promise<string> {
  const { clearLeftovers } = await import('../runners/host/leftovers.ts');
  const { stateFolderIn } = await import('../runners/cell/workspace.ts');
  const stateFolder = stateFolderIn(cacheFolder);
  const { cleared, left } = await clearLeftovers(stateFolder);
  for (const line of cleared) print(`cleared after a run that was killed: ${line}`);
  for (const line of left) print(`left as it is: ${line}`);
  return stateFolder;
}
