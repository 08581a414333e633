import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../runners/process/command.ts';
import { architectures, type ImageArch, type PackageRow, suite } from './recipe.ts';

/** Where the packages come from; their signatures are verified with the host's debian-archive-keyring. */
export interface PackageOrigin {
  /** URI of a Debian archive. */
  readonly uri: string;
}

export interface UnpackOptions {
  readonly arch: ImageArch;
  readonly origin: PackageOrigin;
  /** An empty folder for scratch files beside the tree. */
  readonly scratch: string;
  /** Takes what mmdebstrap says. */
  readonly log: string;
  /** Added to the environment of mmdebstrap. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Downloads, verifies and unpacks packages into `tree`, a new folder. mmdebstrap writes a tar archive in whichever of its
 * modes the user may use (root, or an unprivileged user namespace), so the tree belongs to the user and can be worked on.
 *
 * @returns the packages as `name_version_arch`, sorted.
 */
export async function unpackPackages(
  tree: string,
  wanted: readonly PackageRow[],
  { arch, origin, scratch, log, env, signal }: UnpackOptions,
): Promise<string[]> {
  const archive = join(scratch, 'packages.tar');
  const given = { log, ...(signal ? { signal } : {}) };
  await run(
    [
      'mmdebstrap',
      '--variant=extract',
      `--architectures=${architectures[arch].debian}`,
      ...wanted.map(({ name }) => `--include=${name}`),
      // Nothing is executed, so whether the host could does not matter.
      '--skip=check/qemu,cleanup/apt/cache',
      '--format=tar',
      suite,
      archive,
      origin.uri,
    ],
    { purpose: 'unpacking the packages of the image', env: { ...env, TMPDIR: scratch }, ...given },
  );
  await mkdir(tree);
  await run(
    [
      ...(['tar', '--extract', '--file', archive, '--directory', tree] as const),
      ...['--no-same-owner', '--preserve-permissions', '--exclude=./dev/*'],
    ],
    given,
  );
  await rm(archive);
  const archives = await readdir(join(tree, 'var/cache/apt/archives'));
  return archives.flatMap((name) => (name.endsWith('.deb') ? [decodeURIComponent(name.slice(0, -4))] : [])).sort();
}
