import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Least, leastOf, shortcoming } from '../emulator/least.ts';
import { findEmulator, type OwnEmulator, unpackEmulator } from '../emulator/own.ts';
import { explain } from '../errors.ts';
import { RunRegister } from '../host/run-register.ts';
import { versionOf } from '../host/tools.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { ARCHES, type Arch } from '../qemu/arch.ts';
import { imageArchiveOf } from './image.ts';
import { stateFolderIn } from './workspace.ts';

type Cells = readonly Pick<PlannedCell, 'cell' | 'distribution'>[];

interface Given {
  /** Whether anything may be fetched. */
  readonly install: boolean;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * The folders to put in front of PATH, so that these cells' guests run in a QEMU that runs them as they should: none where the
 * host's does. One that was unpacked here before is taken as it is; else it is fetched. Where that cannot be done it is told,
 * and the host's is taken all the same: most guests run well in it most of the time.
 */
export async function emulatorFolders(
  cells: Cells,
  options: Pick<RunOptions, 'cacheFolder' | 'mirror' | 'offline' | 'qemu'>,
  { install, print, signal }: Given,
): Promise<string[]> {
  if (options.qemu === 'host') return [];
  const folders: string[] = [];
  for (const { arch, least, host, because } of await unfit(cells)) {
    const own = findEmulator(options.cacheFolder, arch);
    if (own && shortcoming(own.version, least) === undefined) {
      folders.push(own.folder);
      continue;
    }
    if (!install || options.offline) {
      print(`note: ${host}: ${because}; none newer may be fetched`);
      continue;
    }
    print(`${host}: ${because}`);
    print(`  fetching Debian's QEMU into ${options.cacheFolder}, about half a minute (--qemu host does without)`);
    const fetched = await fetch(arch, options, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      print(`note: none newer could be fetched: ${explain(error)}`);
      return undefined;
    });
    if (fetched) folders.push(fetched.folder);
  }
  return folders;
}

/** For `doctor`: a line for each of the host's emulators that would not do, and what a run takes in its place. */
export async function emulatorWords(cells: Cells, cacheFolder: string): Promise<string[]> {
  return (await unfit(cells)).map(({ arch, host, because }) => {
    const own = findEmulator(cacheFolder, arch);
    const instead = own ? `runs take ${own.version} in ${own.folder}` : "a run fetches Debian's first";
    return `${host}: ${because}; ${instead}`;
  });
}

interface Unfit {
  readonly arch: Arch;
  readonly least: readonly Least[];
  /** In words. */
  readonly host: string;
  readonly because: string;
}

/** The emulators of this host in which guests of these cells do not run as they should. */
async function unfit(cells: Cells): Promise<Unfit[]> {
  const arches = [...new Set(cells.map(({ cell }) => cell.arch as Arch))];
  const found = arches.map(async (arch): Promise<Unfit[]> => {
    const floors = cells.flatMap(({ cell, distribution }) => {
      const floor = cell.arch === arch ? distribution.published[arch]?.['cpu-floor'] : undefined;
      return floor ? [floor] : [];
    });
    const least = leastOf(arch, floors);
    // Asking costs a tenth of a second, before anything has begun.
    const version = least.length > 0 ? await versionOf(ARCHES[arch].qemu).catch(() => undefined) : undefined;
    const because = version && shortcoming(version, least);
    return because ? [{ arch, least, because, host: `${ARCHES[arch].qemu} ${version} of this host` }] : [];
  });
  return (await Promise.all(found)).flat();
}

async function fetch(
  arch: Arch,
  options: Pick<RunOptions, 'cacheFolder' | 'mirror'>,
  signal: AbortSignal,
): Promise<OwnEmulator> {
  const { cacheFolder } = options;
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  using register = new RunRegister(stateFolderIn(cacheFolder), `emulator-${randomUUID()}`);
  const { uri, date } = await imageArchiveOf(options, signal);
  const log = join(cacheFolder, `emulator-${arch}.log`);
  return unpackEmulator(cacheFolder, arch, { uri, releaseDate: date }, { log, register, signal });
}
