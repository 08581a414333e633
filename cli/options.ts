import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UsageError } from '../runners/errors.ts';
import { defaultCacheFolder } from '../runners/host/cache-folder.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import { nearest } from '../runners/matrix/suggest.ts';
import type { Parsed } from './flags.ts';

/** Where the command line stands: what it would otherwise have to ask the process for. */
export interface Surroundings {
  /** File names that were typed start here. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The host's architecture in the words of `uname -m`, which are the matrix's too. */
  readonly arch: string;
}

export const checkout = new URL('..', import.meta.url).pathname;

/** @throws UsageError for a file that is not there, a URL that is none, a number that is none. */
export function runOptionsOf(parsed: Parsed, surroundings: Surroundings): RunOptions {
  const text = (flag: string) => parsed.flags.get(flag)?.[0];
  const image = fileOf(parsed, 'image', surroundings.cwd);
  const kernel = kernelOf(parsed, surroundings.cwd);
  const initrd = fileOf(parsed, 'initrd', surroundings.cwd);
  const mirror = mirrorOf(parsed);
  const bootstrap = text('bootstrap') as RunOptions['bootstrap'];
  const audit = text('audit');
  const from = text('from') as RunOptions['from'];
  const options: RunOptions = {
    ...(image ? { image } : {}),
    ...kernel,
    ...(initrd ? { initrd } : {}),
    ...(mirror ? { mirror } : {}),
    ...(bootstrap ? { bootstrap } : {}),
    ...(parsed.flags.has('qemu') ? { qemu: 'host' as const } : {}),
    keep: parsed.flags.has('keep'),
    ...(parsed.flags.has('with-image') ? { withImage: true } : {}),
    ...(parsed.flags.has('fresh') ? { fresh: true } : {}),
    ...(audit === undefined ? {} : { audit: wholeNumber('audit', audit) }),
    ...(from ? { from } : {}),
    ...wayToPackages(parsed),
    ...attemptsOf(parsed),
    ...limitsGiven(parsed),
    console: (text('console') as RunOptions['console'] | undefined) ?? 'serial',
    cacheFolder: cacheFolderOf(parsed, surroundings),
    outFolder: outFolderOf(parsed, surroundings),
  };
  requireOneWish(options);
  return options;
}

function attemptsOf({ flags }: Parsed): Pick<RunOptions, 'retries' | 'repeat'> {
  const [retries, repeat] = [flags.get('retries')?.[0], flags.get('repeat')?.[0]];
  return {
    ...(retries === undefined ? {} : { retries: wholeNumber('retries', retries, 0) }),
    ...(repeat === undefined ? {} : { repeat: wholeNumber('repeat', repeat) }),
  };
}

/**
 * Sees to it that options do not want two things of a cell that fails.
 *
 * @throws UsageError `repeat-and-retries`, `keep-and-again`
 */
export function requireOneWish({ keep, retries = 0, repeat }: Pick<RunOptions, 'keep' | 'retries' | 'repeat'>): void {
  if (repeat !== undefined && retries > 0) {
    throw new UsageError({
      code: 'repeat-and-retries',
      message: '--repeat runs a cell whatever comes, and --retries runs it until it passes: choose one',
    });
  }
  if (!keep || (repeat === undefined && retries === 0)) return;
  const other = repeat === undefined ? '--retries' : '--repeat';
  throw new UsageError({
    code: 'keep-and-again',
    message: `--keep leaves the guest of a cell that failed running, and ${other} starts the cell anew: choose one`,
  });
}

/** @throws UsageError `offline-and-direct` */
function wayToPackages({ flags }: Parsed): Pick<RunOptions, 'offline' | 'direct'> {
  const [offline, direct] = [flags.has('offline'), flags.has('direct') || flags.has('image')];
  if (offline && direct) {
    throw new UsageError({
      code: 'offline-and-direct',
      message: `--offline replays what the package proxy answered, and with --${flags.has('image') ? 'image' : 'direct'} guests do without it`,
    });
  }
  return { ...(offline ? { offline } : {}), ...(flags.has('direct') ? { direct: true } : {}) };
}

/** What --cache names, else the default. */
export function cacheFolderOf({ flags }: Parsed, { cwd, env }: Surroundings): string {
  const given = flags.get('cache')?.[0];
  return given ? resolve(cwd, given) : defaultCacheFolder(env, cwd);
}

/** What --out names, else the default. */
export function outFolderOf({ flags }: Parsed, surroundings: Surroundings): string {
  const given = flags.get('out')?.[0];
  return given === undefined ? defaultFolders(surroundings).outFolder : resolve(surroundings.cwd, given);
}

/** The folders of a run for which no flag names another. */
export function defaultFolders({ cwd, env }: Surroundings): Pick<RunOptions, 'cacheFolder' | 'outFolder'> {
  return { cacheFolder: defaultCacheFolder(env, cwd), outFolder: join(checkout, 'reports/out') };
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

/**
 * The kernel that was asked for: another one for our image, or a file in place of whatever the image has.
 *
 * @throws UsageError `two-kernels`, and as `fileOf`.
 */
export function kernelOf(parsed: Parsed, cwd: string): Pick<RunOptions, 'kernel' | 'otherKernel'> {
  const flags = ['kernel', 'kernel-config', 'kernel-tree'].filter((flag) => parsed.flags.has(flag));
  if (flags.length > 1) {
    throw new UsageError({
      code: 'two-kernels',
      message: `${flags.map((flag) => `--${flag}`).join(' and ')}: choose one`,
    });
  }
  const name = parsed.flags.get('kernel')?.[0];
  if (name === 'debian') return { otherKernel: { kind: 'debian' } };
  const file = fileOf(parsed, 'kernel-config', cwd);
  if (file) return { otherKernel: { kind: 'config', file } };
  const folder = folderOf(parsed, 'kernel-tree', cwd);
  if (folder) return { otherKernel: { kind: 'tree', folder } };
  const kernel = name === 'ours' ? undefined : fileOf(parsed, 'kernel', cwd);
  return kernel ? { kernel } : {};
}

function folderOf({ flags }: Parsed, flag: string, cwd: string): string | undefined {
  const typed = flags.get(flag)?.[0];
  if (typed === undefined) return undefined;
  const path = resolve(cwd, typed);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new UsageError({ code: 'no-such-folder', message: `--${flag} ${typed}: there is no such folder` });
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

/** What the run may take of the host, as far as it was said. */
function limitsGiven({ flags }: Parsed): Pick<RunOptions, 'jobs' | 'cores' | 'memoryMiB' | 'nice'> {
  const text = (flag: string) => flags.get(flag)?.[0];
  const [jobs, cores, memory, nice] = [text('jobs'), text('cores'), text('memory'), text('nice')];
  return {
    ...(jobs === undefined ? {} : { jobs: wholeNumber('jobs', jobs) }),
    ...(cores === undefined ? {} : { cores: wholeNumber('cores', cores) }),
    ...(memory === undefined ? {} : { memoryMiB: mebibytes('memory', memory) }),
    ...(nice === undefined ? {} : { nice: nicenessOf(nice) }),
  };
}

const MEBIBYTES: Readonly<Record<string, number>> = { M: 1, G: 1024, T: 1024 ** 2 };

function mebibytes(flag: string, typed: string): number {
  const [, number = '', unit = ''] = /^([1-9]\d{0,6})([MGT])$/i.exec(typed) ?? [];
  const size = Number(number) * (MEBIBYTES[unit.toUpperCase()] ?? 0);
  if (size > 0) return size;
  throw new UsageError({ code: 'not-a-size', message: `--${flag} ${typed}: give a size such as 16G or 6000M` });
}

/** None below 0: only root could. */
function nicenessOf(typed: string): number {
  if (/^1?\d$/.test(typed)) return Number(typed);
  throw new UsageError({
    code: 'not-a-niceness',
    message: `--nice ${typed}: give a whole number from 0, as any other program, to 19, after all others`,
  });
}

/** @throws UsageError `not-a-number`. */
export function wholeNumber(flag: string, typed: string, least = 1): number {
  if (/^(0|[1-9]\d{0,3})$/.test(typed) && Number(typed) >= least) return Number(typed);
  throw new UsageError({ code: 'not-a-number', message: `--${flag} ${typed}: give a whole number from ${least}` });
}
