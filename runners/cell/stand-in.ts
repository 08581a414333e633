import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sourcesFor } from '../../image/archive.ts';
import { suitesInstead } from '../../image/exceptions.ts';
import { buildLlmnrd } from '../../image/llmnrd.ts';
import { architectures, type ImageArch, llmnrd, suite } from '../../image/recipe.ts';
import { workshopTools } from '../../image/toolbox.ts';
import { standInTools } from '../../image/workshop/stand-ins.ts';
import { openStandInWorkshop, openWorkshop } from '../../image/workshop/workshop.ts';
import type { Family, Wanted } from '../../mirrors/makers/maker.ts';
import { dateOf, inputsOf, obtainStandIn, type StandInArchive } from '../../mirrors/makers/obtain.ts';
import type { LocalArchive } from '../../mirrors/proxy/folders.ts';
import { readStandIn } from '../../mirrors/stand-ins.ts';
import { HarnessError } from '../errors.ts';
import type { Cell } from '../matrix/cells.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { keyOf } from '../store/inputs.ts';
import type { CellArchive } from './archive.ts';
import { type Helpers, imageArchiveOf } from './image.ts';
import { storeOf } from './store.ts';

/** The address at which guests see a stand-in: nobody's, and the same in every run. */
export const standInUri = (distro: string, arch: string) => `http://stand-in.invalid/${distro}/${arch}`;

/** Where, in the folder of a run's proxy, a stand-in is found once it is made. */
const placeOf = (folder: string, { distro, arch }: Pick<Cell, 'distro' | 'arch'>) =>
  join(folder, 'stand-ins', `${distro}-${arch}`);

/** The stand-ins that cells of a run may be installed from, for its proxy to serve; they need not be made yet. */
export function standInFolders(
  cells: readonly Pick<PlannedCell, 'cell' | 'archives'>[],
  folder: string,
): readonly LocalArchive[] {
  const needed = cells.filter(({ archives }) => archives.includes('stand-in'));
  const byUri = needed.map(({ cell }) => [standInUri(cell.distro, cell.arch), placeOf(folder, cell)] as const);
  return [...new Map(byUri)].map(([uri, place]) => ({ uri, folder: place }));
}

/**
 * The stand-in that a cell installs from, served by the run's proxy.
 *
 * @throws HarnessError `stand-in-unserved` for guests that are let out.
 */
export async function serveStandIn(
  planned: Pick<PlannedCell, 'cell' | 'distribution'>,
  options: StandInWishes & Pick<RunOptions, 'proxy'>,
  helpers: Helpers,
): Promise<CellArchive> {
  const { cell } = planned;
  if (!options.proxy) {
    throw new HarnessError({
      code: 'stand-in-unserved',
      message: `${cell.id}: a stand-in is served by the package proxy, which this run does without`,
      hint: 'leave out --direct and --image, or install from --archive real',
    });
  }
  const made = await standInOf(planned, options, helpers);
  const place = placeOf(options.proxy.folder, cell);
  await mkdir(dirname(place), { recursive: true });
  // Cells that are installed from the same stand-in all say so.
  await symlink(made.archive, place).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return { ...archiveNamed(planned, made.key, made.date), keyring: made.keyring };
}

type StandInWishes = Pick<RunOptions, 'cacheFolder' | 'mirror' | 'fresh' | 'audit'>;

/** What the stand-in of a cell's distribution is, whether or not it has been made. */
async function orderOf(
  { cell, distribution }: Pick<PlannedCell, 'cell' | 'distribution'>,
  options: Pick<RunOptions, 'mirror'>,
  signal: AbortSignal,
) {
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
  const wanted = { id: cell.distro, arch, debian: architectures[arch].debian, distribution, standIn } as Wanted<Family>;
  const toolsKey = { suite, release: debian.date, packages: standInTools, compiled: { llmnrd: llmnrd.sha256 } };
  return { wanted, origin, sources, toolsKey };
}

/** The archive that a cell is installed from where that is a stand-in, as far as it is known before it is made. */
export async function standInArchiveOf(
  planned: Pick<PlannedCell, 'cell' | 'distribution'>,
  options: Pick<RunOptions, 'mirror'>,
  signal: AbortSignal,
): Promise<CellArchive> {
  const order = await orderOf(planned, options, signal);
  return archiveNamed(planned, keyOf(await inputsOf(order.wanted, order)), dateOf(order.sources));
}

function archiveNamed(
  { cell, distribution }: Pick<PlannedCell, 'cell' | 'distribution'>,
  key: string,
  date: string,
): CellArchive {
  const uri = standInUri(cell.distro, cell.arch);
  const from = `a stand-in, ${key}, made of Debian's packages`;
  const release = { codename: distribution.release, version: '', date, securityDate: date };
  return { kind: 'stand-in', uri, securityUri: uri, from, securityFrom: from, standIn: key, ...release };
}

/** The stand-in of a cell's distribution, made where the store has none; from the archive that the image is made from. */
export async function standInOf(
  planned: Pick<PlannedCell, 'cell' | 'distribution'>,
  options: StandInWishes,
  { progress, register, signal }: Helpers,
): Promise<StandInArchive> {
  const { cacheFolder } = options;
  const { distro, arch } = planned.cell;
  const { wanted, origin, sources, toolsKey } = await orderOf(planned, options, signal);
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  const log = join(cacheFolder, `stand-in-${distro}-${arch}.log`);
  const given = { store: storeOf(options), log, progress, signal };
  const tools = () => openStandInWorkshop({ ...given, origin, register, cacheFolder });
  const compile = async (program: 'llmnrd', scratch: string) => {
    const workshop = await openWorkshop({ ...given, origin, register, cacheFolder, target: wanted.arch as ImageArch });
    const output = join(scratch, `${program}-static`);
    const made = { scratch, output, tools: workshopTools(workshop), signal };
    await buildLlmnrd(wanted.arch as ImageArch, origin.uri, made);
    return output;
  };
  return obtainStandIn(wanted, { ...given, sources, tools, compile, toolsKey, env: register.environment });
}
