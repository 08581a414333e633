import type { RunOptions } from '../runners/matrix/options.ts';
import type { PlannedCell } from '../runners/matrix/plan.ts';
import type { Context } from './commands.ts';

/**
 * Has the guests of these cells run in a QEMU that runs them as they should, where this host's does not: by PATH, which
 * everything that is started from here on goes by.
 */
export async function chooseEmulator(
  cells: readonly Pick<PlannedCell, 'cell' | 'distribution'>[],
  options: Pick<RunOptions, 'cacheFolder' | 'mirror' | 'offline' | 'qemu'>,
  { print, signal, install }: Pick<Context, 'print' | 'signal' | 'install'>,
): Promise<void> {
  const { emulatorFolders } = await import('../runners/cell/emulator.ts');
  const folders = await emulatorFolders(cells, options, { print, signal, install });
  if (folders.length > 0) process.env.PATH = [...folders, process.env.PATH].join(':');
}
