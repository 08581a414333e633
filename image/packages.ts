import { mkdir, readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
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
  readonly signal?: AbortSignal | undefined;
}

/** A package as it says of itself. */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly essential: boolean;
  /** What it needs: of each inner list one name. */
  readonly needs: readonly (readonly string[])[];
  /** Names that it stands for besides its own. */
  readonly provides: readonly string[];
  /** Its files and links, relative to the root. */
  readonly files: readonly string[];
}

/**
 * Downloads, verifies and unpacks packages into `tree`, a new folder. mmdebstrap writes a tar archive in whichever of its
 * modes the user may use (root, or an unprivileged user namespace), so the tree belongs to the user and can be worked on.
 *
 * @returns what was unpacked, by name.
 * @throws HarnessError `archive-inconsistent`, `archive-expired`
 */
export async function unpackPackages(
  tree: string,
  wanted: readonly PackageRow[],
  { arch, sources, scratch, log, env, signal }: UnpackOptions,
): Promise<Package[]> {
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
  return describeAll(join(tree, 'var/cache/apt/archives'), signal);
}

/** What the packages of a folder say of themselves, by name; a few at a time, since each is decompressed for it. */
async function describeAll(folder: string, signal?: AbortSignal): Promise<Package[]> {
  const waiting = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  const described: Package[] = [];
  const worker = async () => {
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      described.push(await describe(join(folder, name), signal));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return described.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function describe(archive: string, signal?: AbortSignal): Promise<Package> {
  const given = signal ? { signal } : {};
  const fields = 'Package Version Essential Depends Pre-Depends Provides'.split(' ');
  const control = await run(['dpkg-deb', '--field', archive, ...fields], given);
  const listing = await run(['dpkg-deb', '--contents', archive], given);
  return { ...parseControl(control.stdout), files: parseListing(listing.stdout) };
}

/** Reads the fields of a control file, each on one line. */
export function parseControl(text: string): Omit<Package, 'files'> {
  const field = (name: string) => new RegExp(`^${name}: *(.*)$`, 'm').exec(text)?.[1] ?? '';
  // "libc6:any (>= 2.38) [amd64]" is libc6.
  const bare = (item: string) => /^[^\s:(]*/.exec(item.trim())?.[0] ?? '';
  const items = (list: string) => list.split(',').filter((item) => item.trim() !== '');
  return {
    name: field('Package'),
    version: field('Version'),
    essential: field('Essential') === 'yes',
    needs: ['Pre-Depends', 'Depends'].flatMap((name) => items(field(name)).map((item) => item.split('|').map(bare))),
    provides: items(field('Provides')).map(bare),
  };
}

/** The paths of a listing in the manner of `tar --verbose`, without folders and the targets of links. */
export function parseListing(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const path = /^[^d]\S+ +\S+ +\d+ \S+ \S+ \.\/(.*?)(?: -> .*| link to .*)?$/.exec(line)?.[1];
    // What is still named by its old place has moved below /usr.
    return path === undefined ? [] : [path.replace(/^(bin|sbin|lib|lib64)\//, 'usr/$1/')];
  });
}
