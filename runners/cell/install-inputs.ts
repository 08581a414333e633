import type { ArchiveKind } from '../matrix/fields.ts';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import type { Inputs, Json } from '../store/inputs.ts';
import type { CellArchive } from './archive.ts';

/** Of who leaves it to the installer what to bootstrap with. */
export const AS_IT_LIKES = 'as the installer likes';

/**
 * All that decides what an install leaves on its disk. The boot plugin, the kernel and the machine are not among it: a
 * change to those tests the disks again without installing them again.
 *
 * @param stub what of the stub image an install can see.
 */
export function installInputs(
  { cell }: PlannedCell,
  archive: CellArchive,
  { bootstrap }: Pick<RunOptions, 'bootstrap'>,
  stub: Json,
): Inputs {
  const { distro, arch, fs } = cell;
  return {
    distro,
    arch,
    fs,
    archive: { uri: archive.uri, release: archive.date },
    // At whatever address: what stands in for a distribution never counts as one.
    ...(archive.kind === 'real' ? {} : { 'instead of the archive': archive.kind, 'stand-in': archive.standIn ?? null }),
    security: { uri: archive.securityUri, release: archive.securityDate },
    bootstrap: bootstrap ?? AS_IT_LIKES,
    stub,
  };
}

/** What was installed of these inputs came from there: nobody need look for that archive again to boot it. */
export function archiveIn(inputs: Inputs): CellArchive {
  const {
    archive,
    security,
    'instead of the archive': instead,
  } = inputs as unknown as {
    readonly archive: Source;
    readonly security: Source;
    readonly 'instead of the archive'?: ArchiveKind;
  };
  const from = 'what the disk was installed from';
  return {
    kind: instead ?? 'real',
    codename: '',
    version: '',
    uri: archive.uri,
    date: archive.release,
    from,
    securityUri: security.uri,
    securityDate: security.release,
    securityFrom: from,
  };
}

interface Source {
  readonly uri: string;
  readonly release: string;
}
