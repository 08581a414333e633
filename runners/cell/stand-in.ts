import { join } from 'node:path';
import { sourcesFor } from '../../image/archive.ts';
import { suitesInstead } from '../../image/exceptions.ts';
import { buildLlmnrd } from '../../image/llmnrd.ts';
import { architectures, type ImageArch, llmnrd, suite } from '../../image/recipe.ts';
import { workshopTools } from '../../image/toolbox.ts';
import { standInTools } from '../../image/workshop/stand-ins.ts';
import { openStandInWorkshop, openWorkshop } from '../../image/workshop/workshop.ts';
import type { Family, Wanted } from '../../mirrors/makers/maker.ts';
import { obtainStandIn, type StandInArchive } from '../../mirrors/makers/obtain.ts';
import { readStandIn } from '../../mirrors/stand-ins.ts';
import { HarnessError } from '../errors.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { type Helpers, imageArchiveOf } from './image.ts';
import { storeOf } from './store.ts';

/** The address at which guests see a stand-in: nobody's, and the same in every run. */
export const standInUri = (distro: string) => `http://stand-in.invalid/${distro}`;

/** The stand-in of a cell's distribution, made where the store has none; from the archive that the image is made from. */
export async function standInOf(
  { cell, distribution }: Pick<PlannedCell, 'cell' | 'distribution'>,
  options: Pick<RunOptions, 'cacheFolder' | 'mirror' | 'fresh' | 'audit'>,
  { progress, register, signal }: Helpers,
): Promise<StandInArchive> {
  const { cacheFolder } = options;
  const arch = cell.arch as ImageArch;
  const standIn = readStandIn(cell.distro);
  if (standIn.family !== distribution.family) {
    throw new HarnessError({
      code: 'stand-in-family',
      message: `${cell.distro} is of the family ${distribution.family} in matrix.yaml and of ${standIn.family} in mirrors/standins`,
    });
  }
  const debian = await imageArchiveOf(options, signal);
  const origin = { uri: debian.uri, releaseDate: debian.date };
  const sources = await sourcesFor(arch, origin, { rows: { suitesInstead, packagesElsewhere: [] }, signal });
  const log = join(cacheFolder, `stand-in-${cell.distro}-${cell.arch}.log`);
  const store = storeOf(options);
  const given = { store, log, progress, signal };
  const wanted = { id: cell.distro, arch, debian: architectures[arch].debian, distribution, standIn } as Wanted<Family>;
  return obtainStandIn(wanted, {
    ...given,
    sources,
    tools: () => openStandInWorkshop({ ...given, origin, register, cacheFolder }),
    compile: async (program, folder) => {
      const workshop = await openWorkshop({ ...given, origin, register, cacheFolder, target: arch });
      const output = join(folder, `${program}-static`);
      await buildLlmnrd(arch, origin.uri, { scratch: folder, output, tools: workshopTools(workshop), signal });
      return output;
    },
    toolsKey: { suite, release: debian.date, packages: standInTools, compiled: { llmnrd: llmnrd.sha256 } },
    env: register.environment,
  });
}
