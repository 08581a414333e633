import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../runners/process/command.ts';
import { explainRefusal, type ImageSources } from './archive.ts';
import { architectures, type ImageArch, type PackageRow, suite } from './recipe.ts';

export interface UnpackOptions {
  readonly arch: ImageArch;
  /** Verified with the host's debian-archive-keyring. */
  readonly sources: ImageSources;
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
 * @throws HarnessError `archive-inconsistent`, `archive-expired`
 */
export async function unpackPackages(
  tree: string,
  wanted: readonly PackageRow[],
  { arch, sources, scratch, log, env, signal }: UnpackOptions,
): Promise<string[]> {
  const archive = join(scratch, 'packages.tar');
  const given = { log, ...(signal ? { signal } : {}) };
  try {
    await run(
      [
        'mmdebstrap',
        '--variant=extract',
        `--architectures=${architectures[arch].debian}`,
        ...wanted.map(({ name }) => `--include=${name}`),
        // What the suite has comes from it; a line behind it only fills gaps.
        `--aptopt=APT::Default-Release "${suite}"`,
        // Nothing is executed, so whether the host could does not matter.
        '--skip=check/qemu,cleanup/apt/cache',
        '--format=tar',
        suite,
        archive,
        ...sources.lines,
      ],
      { purpose: 'unpacking the packages of the image', env: { ...env, TMPDIR: scratch }, ...given },
    );
  } catch (error) {
    throw explainRefusal(error, arch, sources);
  }
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
