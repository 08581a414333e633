import { resolve } from 'node:path';
import { UsageError } from '../runners/errors.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import type { Start } from './commands.ts';
import { chooseEmulator } from './emulator.ts';
import { exitCodes } from './exit.ts';
import { tidyUp } from './leftovers.ts';
import { cacheFolderOf } from './options.ts';
import { requireTools } from './tools.ts';

export const start: Start = async (parsed, context) => {
  const { print, signal } = context;
  const [typed] = parsed.words;
  if (typed === undefined) {
    throw new UsageError({
      code: 'no-capsule',
      message: 'which capsule? The folder is missing that the run of a failed cell has left',
      command: './stub-matrix reopen reports/out/latest/cells/debian13-x86_64-xfs/capsule',
    });
  }
  const cacheFolder = cacheFolderOf(parsed, context);
  const { readManifest } = await import('../runners/cell/capsule/manifest.ts');
  const folder = resolve(context.cwd, typed);
  const { cell, machine, medium } = await readManifest(folder);
  await requireTools({ uses: medium.on === 'share' ? ['cell', 'share'] : ['cell'], arches: [machine.arch] }, context);

  const { completeCapsule, openCapsule } = await import('../runners/cell/capsule/open.ts');
  const capsule = await openCapsule(folder, cacheFolder);
  if (parsed.flags.has('with-image')) {
    await completeCapsule(capsule, signal);
    print(`${folder} has all that it needs, and opens on another host`);
    return exitCodes.passed;
  }
  await tidyUp(cacheFolder, context);
  // As its run did. A distribution that is no longer in the matrix asks for nothing.
  const distribution = loadMatrix().distributions[cell.distro];
  if (distribution) await chooseEmulator([{ cell, distribution }], { cacheFolder }, context);
  const { reopen } = await import('../runners/cell/capsule/reopen.ts');
  await reopen(capsule, { cacheFolder, print, signal });
  return exitCodes.passed;
};
