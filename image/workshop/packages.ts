import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunRegister } from '../../runners/host/run-register.ts';
import { run } from '../../runners/process/command.ts';

/** A suite of a Debian archive; whatever comes out of it is verified with the host's debian-archive-keyring. */
export interface PackageSource {
  readonly uri: string;
  /** `trixie`, unless told otherwise. */
  readonly suite?: string;
  /** The date its signed Release file bears: another Release may hold other packages. */
  readonly releaseDate: string;
  /** As PackageOrigin has it. */
  readonly via?: number | undefined;
}

/** Told at the start of each step, and of a long one in between: then with the seconds it will still take, about. */
export type Progress = (step: string, left?: number) => void;

export interface Work {
  /** File that takes what the tools say; it outlives a build that fails. */
  readonly log: string;
  /** Where scratch folders are written down, for the next start to clear after a kill. */
  readonly register: RunRegister;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export const DEFAULT_SUITE = 'trixie';

/**
 * Fetches packages with all they depend on, verifies them and unpacks them, without running anything of theirs, into a tar
 * archive at `archive` (compressed as its name says).
 *
 * @param debian the packages' architecture, by Debian's name
 * @param include package names, or patterns of apt
 */
export async function fetchPackages(
  archive: string,
  debian: string,
  include: readonly string[],
  source: PackageSource,
  { log, register, signal }: Work,
): Promise<void> {
  await usingScratch(register, async (scratch) => {
    const packed = join(scratch, 'packages.tar');
    await run(
      [
        'mmdebstrap',
        '--variant=extract',
        `--architectures=${debian}`,
        ...include.map((name) => `--include=${name}`),
        // Nothing is executed, so whether the host could does not matter.
        '--skip=check/qemu',
        '--format=tar',
        source.suite ?? DEFAULT_SUITE,
        packed,
        source.uri,
      ],
      {
        purpose: `fetching ${include.join(', ')} for ${debian} from ${source.suite ?? DEFAULT_SUITE}`,
        log,
        env: { ...register.environment, TMPDIR: scratch },
        ...(signal ? { signal } : {}),
      },
    );
    await run(['zstd', '--quiet', '--threads=0', '-3', '--force', '-o', archive, packed], {
      purpose: 'packing what was fetched',
      ...(signal ? { signal } : {}),
    });
  });
}

/** Gives a new scratch folder, written down in the register, and removes it. */
export async function usingScratch<T>(register: RunRegister, use: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'stub-build-'));
  using _entry = register.folder(scratch);
  try {
    // mmdebstrap's unprivileged mode works as another user, who has to come through.
    await chmod(scratch, 0o755);
    return await use(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
