import { readdirSync, statSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../runners/errors.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import { cellsOf, type Selection } from '../runners/matrix/plan.ts';
import type { Matrix } from '../runners/matrix/schema.ts';
import { nearest, unknownName } from '../runners/matrix/suggest.ts';
import type { Parsed } from './flags.ts';

/** Where the command line stands: what it would otherwise have to ask the process for. */
export interface Surroundings {
  /** File names that were typed start here. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export const checkout = new URL('..', import.meta.url).pathname;

/** @throws UsageError for a name that is not in the matrix, with the nearest that are. */
export function selectionOf({ flags }: Parsed, matrix: Matrix): Selection {
  const known = {
    distro: { kind: 'distribution', names: Object.keys(matrix.distributions) },
    arch: { kind: 'architecture', names: matrix.architectures },
    fs: { kind: 'filesystem', names: matrix.filesystems },
    cell: { kind: 'cell', names: cellsOf(matrix).map(({ id }) => id) },
  };
  const selection: Record<string, readonly string[]> = {};
  for (const [flag, { kind, names }] of Object.entries(known)) {
    const given = flags.get(flag);
    if (!given) continue;
    for (const name of given) if (!names.includes(name)) throw unknownName(kind, name, names, './stub-matrix plan');
    selection[flag] = given;
  }
  return selection;
}

/** @throws UsageError for a file that is not there, a URL that is none, a number that is none. */
export function runOptionsOf(parsed: Parsed, surroundings: Surroundings): RunOptions {
  const text = (flag: string) => parsed.flags.get(flag)?.[0];
  const image = fileOf(parsed, 'image', surroundings.cwd);
  const kernel = fileOf(parsed, 'kernel', surroundings.cwd);
  const initrd = fileOf(parsed, 'initrd', surroundings.cwd);
  const mirror = mirrorOf(parsed);
  const bootstrap = text('bootstrap') as RunOptions['bootstrap'];
  return {
    ...(image ? { image } : {}),
    ...(kernel ? { kernel } : {}),
    ...(initrd ? { initrd } : {}),
    ...(mirror ? { mirror } : {}),
    ...(bootstrap ? { bootstrap } : {}),
    keep: parsed.flags.has('keep'),
    jobs: jobsOf(text('jobs')),
    console: (text('console') as RunOptions['console'] | undefined) ?? 'serial',
    cacheFolder: cacheFolderOf(parsed, surroundings),
    outFolder: resolve(surroundings.cwd, text('out') ?? join(checkout, 'reports/out')),
  };
}

/** --cache, STUB_MATRIX_CACHE, XDG_CACHE_HOME/stub-matrix, ~/.cache/stub-matrix: the first that is set. */
export function cacheFolderOf({ flags }: Parsed, { cwd, env }: Surroundings): string {
  const given = flags.get('cache')?.[0] ?? env.STUB_MATRIX_CACHE;
  if (given) return resolve(cwd, given);
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'stub-matrix');
}

/** @throws UsageError `not-a-url`. */
export function mirrorOf({ flags }: Parsed): string | undefined {
  const uri = flags.get('mirror')?.[0];
  if (uri === undefined || (URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol))) return uri;
  throw new UsageError({
    code: 'not-a-url',
    message: `--mirror ${uri}: this is no http or https address`,
    hint: 'give the folder that holds dists/, such as http://ftp.debian.org/debian',
  });
}

function fileOf({ flags }: Parsed, flag: string, cwd: string): string | undefined {
  const typed = flags.get(flag)?.[0];
  if (typed === undefined) return undefined;
  const path = resolve(cwd, typed);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) return path;
  const folder = dirname(path);
  const beside = statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : [];
  const near = nearest(basename(path), beside);
  throw new UsageError({
    code: 'no-such-file',
    message: `--${flag} ${typed}: ${found ? 'this is no file' : 'there is no such file'}`,
    ...(near.length > 0 && !found ? { hint: `in ${folder} there is ${near.join(', ')}` } : {}),
  });
}

/** Guests are given two virtual CPUs each, so as many as fit: half the cores. */
function jobsOf(typed: string | undefined): number {
  if (typed === undefined) return Math.max(1, Math.floor(availableParallelism() / 2));
  if (/^[1-9]\d{0,3}$/.test(typed)) return Number(typed);
  throw new UsageError({ code: 'not-a-number', message: `--jobs ${typed}: give a whole number from 1` });
}
