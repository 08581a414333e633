import { randomUUID } from 'node:crypto';
import { standIns } from '../mirrors/stand-ins.ts';
import { RunRegister } from '../runners/host/run-register.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import { unknownName } from '../runners/matrix/suggest.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { tidyUp } from './leftovers.ts';
import { cacheFolderOf, mirrorOf } from './options.ts';
import { requireTools } from './tools.ts';

export const start: Start = async (parsed, context) => {
  const { print, signal } = context;
  const { distributions, architectures } = loadMatrix();
  const [distro = ''] = parsed.words;
  const distribution = distributions[distro];
  const known = [...standIns()].filter((name) => name in distributions).toSorted();
  if (!distribution || !known.includes(distro)) throw unknownName('distribution with a stand-in', distro, known);
  const arch = parsed.flags.get('arch')?.[0] ?? 'x86_64';
  if (!architectures.includes(arch)) throw unknownName('architecture', arch, architectures);
  const mirror = mirrorOf(parsed);
  await requireTools({ uses: ['image'], arches: [arch] }, context);

  const cacheFolder = cacheFolderOf(parsed, context);
  const state = await tidyUp(cacheFolder, context);
  using register = new RunRegister(state, randomUUID());
  const { standInOf, standInUri } = await import('../runners/cell/stand-in.ts');
  const fs = distribution['default-fs'];
  const cell = { id: `${distro}-${arch}-${fs}`, distro, arch, fs };
  const progress = (step: string) => print(`building  ${step}`);
  const options = { cacheFolder, ...(mirror === undefined ? {} : { mirror }) };
  await using made = await standInOf({ cell, distribution }, options, { progress, register, signal });
  print(`stand-in  ${made.key}, ${made.reused ? 'already there' : 'made now'}, of Debian's packages of ${made.date}`);
  print(`archive   ${made.archive}, which guests see as ${standInUri(distro, arch)}`);
  print(`keyring   ${made.keyring}`);
  return exitCodes.passed;
};
