import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../runners/errors.ts';
import { type Argv, type CommandResult, run } from '../../runners/process/command.ts';
import type { Store } from '../../runners/store/store.ts';
import type { ImageArch } from '../recipe.ts';
import { DEFAULT_SUITE, fetchPackages, type PackageSource, type Work } from './packages.ts';
import { debianArch, hosts, leftOut, links, mountPoints, packagesOf } from './recipe.ts';
import { standInLinks, standInTools } from './stand-ins.ts';
import { unpackedOnce } from './unpacked.ts';

export interface WorkshopOptions extends Work {
  /** What is to be built for. */
  readonly target: ImageArch;
  readonly origin: PackageSource;
  readonly store: Store;
  /** The user's; the tools are laid out below it. */
  readonly cacheFolder: string;
}

/** A folder of the host that a command in the workshop sees. */
export interface Bind {
  /** Absolute. */
  readonly from: string;
  /** Name below /work. */
  readonly to: string;
  readonly writable?: boolean;
}

export interface WorkshopCommand {
  readonly binds?: readonly Bind[];
  /** Absolute path inside; /work unless told otherwise. */
  readonly cwd?: string;
  /** The whole environment besides PATH, HOME, LC_ALL and TZ: nothing of the host's comes in. */
  readonly env?: Readonly<Record<string, string>>;
  /** What failing means to the user. */
  readonly purpose: string;
  readonly log?: string;
  /** Added to the wait for the processors: 0 to 19, as nice(1) has it. */
  readonly nice?: number;
  readonly signal?: AbortSignal;
}

/**
 * Debian's build tools in a tree of their own, the same whatever distribution the host runs, so that the same sources give
 * the same bytes everywhere and the host needs no compiler.
 */
export interface Workshop {
  readonly key: string;
  /**
   * Runs a command in it to its end. The command sees the tools, the folders bound below /work, and an empty /tmp; when the
   * runner is killed it is killed too, and no mount is left.
   *
   * @throws HarnessError `command-failed`, `command-not-run`
   */
  run(argv: readonly [file: string, ...args: string[]], command: WorkshopCommand): Promise<CommandResult>;
}

const enter = join(import.meta.dirname, 'enter.sh');

/** What is in a workshop, and what it is called. */
interface Tools {
  readonly label: string;
  /** Told while it is fetched. */
  readonly what: string;
  /** For what it builds, where that matters. */
  readonly target?: ImageArch;
  packages(host: ImageArch): readonly string[];
  /** Besides those of all workshops. */
  readonly links?: typeof links;
}

/**
 * Opens the workshop for a target, fetching its packages first where the store has none.
 *
 * @throws UsageError `no-workshop-here` on a machine that Debian has no compilers for.
 */
export function openWorkshop(options: WorkshopOptions): Promise<Workshop> {
  const { target } = options;
  const what = `compiler for ${target}`;
  return openTools({ label: target, what, target, packages: (host) => packagesOf(host, target) }, options);
}

/** Opens the workshop in which stand-ins are made, for whatever architecture. @throws UsageError `no-workshop-here` */
export function openStandInWorkshop(options: Omit<WorkshopOptions, 'target'>): Promise<Workshop> {
  return openTools(
    { label: 'stand-ins', what: 'tools of rpm and apt archives', packages: () => standInTools, links: standInLinks },
    options,
  );
}

async function openTools(tools: Tools, options: Omit<WorkshopOptions, 'target'>): Promise<Workshop> {
  const { origin, store, cacheFolder, progress, signal } = options;
  const { label, target } = tools;
  const host = hosts[process.arch];
  if (host === undefined) {
    throw new UsageError({
      code: 'no-workshop-here',
      message: `Debian's compilers are fetched for ${Object.keys(hosts).join(', ')}, not for ${process.arch}`,
      hint: 'build the image on another machine and give it with --image',
    });
  }
  const packages = tools.packages(host);
  const suite = origin.suite ?? DEFAULT_SUITE;
  const inputs = { host, ...(target ? { target } : {}), suite, release: origin.releaseDate, packages };
  const wishes = { label, ...(progress ? { progress } : {}), ...(signal ? { signal } : {}) };
  await using entry = await store.obtain(
    'workshops',
    inputs,
    async (folder) => {
      progress?.(`fetching Debian ${suite}'s ${tools.what}`);
      await fetchPackages(join(folder, 'tree.tar.zst'), debianArch[host], packages, origin, options);
    },
    wishes,
  );
  const tree = await unpackedOnce(join(cacheFolder, 'work/workshops', entry.key), options.register, (draft) =>
    layOut(join(entry.folder, 'tree.tar.zst'), draft, tools.links ?? [], signal),
  );
  return { key: entry.key, run: (argv, command) => runIn(tree, argv, command, options) };
}

async function layOut(archive: string, tree: string, more: typeof links, signal?: AbortSignal): Promise<void> {
  const excluded = leftOut.map((pattern) => `--exclude=${pattern}`);
  await run(['tar', '--extract', '--zstd', '--file', archive, '--directory', tree, '--no-same-owner', ...excluded], {
    purpose: 'laying out the workshop',
    ...(signal ? { signal } : {}),
  });
  for (const folder of mountPoints) await mkdir(join(tree, folder), { recursive: true });
  for (const [path, target] of [...links, ...more]) {
    await rm(join(tree, path), { force: true });
    await symlink(target, join(tree, path));
  }
  await chmod(tree, 0o755);
}

/** The line that runs a command in a workshop's tree. */
export function argvIn(
  tree: string,
  argv: readonly string[],
  { binds = [], cwd = '/work', env = {}, nice = 0 }: WorkshopCommand,
): Argv {
  const root = process.getuid?.() === 0;
  return [
    // Each dies with the one before it: this process, unshare, and with the first process of its namespace all others.
    ...(['setpriv', '--pdeathsig', 'KILL', '--', 'nice', '-n', String(nice)] as const),
    ...['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'],
    ...(root ? [] : ['--user', '--map-root-user']),
    ...[enter, tree, cwd],
    ...binds.flatMap(({ from, to, writable }) => [writable ? 'rw' : 'ro', from, to]),
    '--',
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...argv,
  ];
}

function runIn(
  tree: string,
  argv: readonly string[],
  command: WorkshopCommand,
  { register }: Work,
): Promise<CommandResult> {
  const { purpose, log, signal, env } = command;
  return run(argvIn(tree, argv, { ...command, env: { ...env, ...register.environment } }), {
    purpose,
    env: register.environment,
    ...(log ? { log } : {}),
    ...(signal ? { signal } : {}),
  });
}
