import { dirname } from 'node:path';
import { explain } from '../../errors.ts';
import type { PlannedCell } from '../../matrix/plan.ts';
import { GUEST } from '../budgets.ts';
import type { Guest } from '../guest.ts';
import { installerLine } from '../install.ts';
import type { Installed } from '../installed.ts';
import type { Phases } from '../phases.ts';
import type { Prepared } from '../prepare.ts';
import type { Surroundings } from '../surroundings.ts';
import type { Workspace } from '../workspace.ts';
import { makeCapsule } from './make.ts';
import type { Manifest } from './manifest.ts';
import { SMALL } from './parts.ts';

/** How a cell failed first, and the disks that were frozen by then. */
export interface FirstFailure {
  readonly phase: string;
  readonly code: string;
  readonly message: string;
  readonly layers: readonly string[];
}

/** What a cell knows at its end. */
export interface CellRemains {
  readonly planned: PlannedCell;
  readonly given: Surroundings;
  readonly workspace: Workspace;
  readonly guest: Guest;
  readonly prepared: Prepared;
  readonly phases: Phases;
  readonly failure: FirstFailure;
  /** What the guest had installed, or had been started from. */
  readonly installed: () => Promise<Installed | undefined>;
}

/** For all of it, in seconds: less than a cell has for being taken down. */
const PATIENCE = 45;

/** Leaves a capsule beside the evidence of a failed cell whose machine had been started. Never throws: it is told that there is none. */
export async function leaveCapsule(remains: CellRemains): Promise<void> {
  const { planned, given, workspace, guest, prepared, phases, failure } = remains;
  const { machine } = guest;
  if (!machine) return;
  const { cell } = planned;
  const { layers: _, ...reason } = failure;
  const signal = AbortSignal.any([given.signal, AbortSignal.timeout(PATIENCE * 1000)]);
  const folder = workspace.file('capsule');
  const { bootstrap, cacheFolder, withImage } = given.options;
  try {
    await makeCapsule(folder, {
      cell: { id: cell.id, distro: cell.distro, arch: cell.arch, fs: cell.fs },
      failure: reason,
      spec: await guest.spec(prepared),
      argv: machine.qemu.argv,
      qemu: machine.qemu.qmp.version,
      medium: await mediumBefore(remains),
      keys: guest.keys,
      // Whoever opens it has no package proxy.
      line: installerLine(cell, prepared, bootstrap === undefined ? {} : { bootstrap }),
      evidence: workspace.folder,
      cacheFolder,
      upTo: withImage ? Number.POSITIVE_INFINITY : SMALL,
      signal,
    });
    given.emit({ type: 'capsule', cell: cell.id, path: folder });
  } catch (error) {
    phases.note(`no capsule could be made of ${cell.id} in ${dirname(folder)}: ${explain(error)}`);
  }
}

/** What the phase that failed began with: what is installed, with the layers of the boots behind it; or nothing. */
async function mediumBefore({ guest, prepared, failure, installed }: CellRemains): Promise<Manifest['medium']> {
  const base = guest.installed ?? (await installed());
  const { share } = await guest.spec(prepared);
  if (share) return { on: 'share', tag: share.tag, ...(base?.share === undefined ? {} : { tree: base.share }) };
  const layers = [...(base?.disk === undefined ? [] : [base.disk]), ...failure.layers];
  return { on: 'disk', gib: GUEST.diskGiB, layers };
}
