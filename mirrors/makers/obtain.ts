import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { HarnessError } from '../../runners/errors.ts';
import type { Inputs, Json } from '../../runners/store/inputs.ts';
import type { Entry, Store } from '../../runners/store/store.ts';
import { fetchDebs } from './fetch-debs.ts';
import type { Family, Maker, MakerTools, Making, Wanted } from './maker.ts';
import { MAKERS } from './makers.ts';
import { makeSigningKey } from './signing-key.ts';

/** What Debian's packages are read from. */
export interface DebianSources {
  /** Lines of a sources.list. */
  readonly lines: readonly string[];
  /** Suites, with the date of their signed Release: another Release may hold other packages. */
  readonly releases: Readonly<Record<string, string>>;
}

export interface ObtainOptions {
  readonly sources: DebianSources;
  /** Opened only where something has to be made. */
  readonly tools: () => Promise<MakerTools>;
  /** Compiles a program of stub's own for the stand-in's architecture in a folder; its file. */
  readonly compile: (program: 'llmnrd', folder: string) => Promise<string>;
  /** Of the tools and of what is compiled, without opening them. */
  readonly toolsKey: Json;
  readonly store: Store;
  /** File that takes what the tools say. */
  readonly log: string;
  /** Added to what the fetching is started with. */
  readonly env?: Readonly<Record<string, string>>;
  readonly progress?: (step: string) => void;
  readonly signal?: AbortSignal;
}

/** A stand-in in the store. Paths are absolute; held until it is disposed of. */
export interface StandInArchive extends AsyncDisposable {
  readonly key: string;
  readonly reused: boolean;
  /** What lies below the origin of the distribution. */
  readonly archive: string;
  /** The OpenPGP public key that it is signed with, armoured. */
  readonly keyring: string;
  /** When the newest of Debian's Releases that it is made from was signed, ISO 8601. */
  readonly date: string;
}

export const STAND_INS = 'stand-ins';
const ARCHIVE = 'archive';
const KEYRING = 'keyring.asc';
/** The name and version of everything in it, a line each: by these two stand-ins are compared, since no two keys are alike. */
const CONTENTS = 'contents';

/** The stand-in of a distribution out of the store, made first where there is none. */
export async function obtainStandIn<F extends Family>(
  wanted: Wanted<F>,
  options: ObtainOptions,
): Promise<StandInArchive> {
  const { sources, store, progress, signal } = options;
  const maker = makerOf(wanted);
  const inputs = await inputsOf(wanted, options);
  const date = dateOf(sources);
  const wishes = {
    label: `${wanted.id}-${wanted.arch}`,
    compare: async (kept: string, again: string) => differences(await contents(kept), await contents(again)),
    ...(progress ? { progress } : {}),
    ...(signal ? { signal } : {}),
  };
  const build = (folder: string) => make(folder, maker, wanted, new Date(date), options);
  const entry: Entry = await store.obtain(STAND_INS, inputs, build, wishes);
  return {
    key: entry.key,
    reused: entry.reused,
    archive: join(entry.folder, ARCHIVE),
    keyring: join(entry.folder, KEYRING),
    date,
    [Symbol.asyncDispose]: () => entry[Symbol.asyncDispose](),
  };
}

/** When the newest of Debian's Releases was signed that it is made from, ISO 8601. */
export const dateOf = ({ releases }: DebianSources): string =>
  Object.values(releases).toSorted().at(-1) ?? new Date(0).toISOString();

/** @throws HarnessError `no-maker` */
function makerOf<F extends Family>(wanted: Wanted<F>): Maker<F> {
  const maker = MAKERS[wanted.distribution.family] as Maker<F> | undefined;
  if (!maker) {
    throw new HarnessError({
      code: 'no-maker',
      message: `nobody has written yet how stand-ins of the family ${wanted.distribution.family} are made`,
      hint: 'mirrors/makers/makers.ts has one for each family',
    });
  }
  return maker;
}

/** All that decides what a stand-in is. */
export async function inputsOf<F extends Family>(
  wanted: Wanted<F>,
  { sources, toolsKey }: Pick<ObtainOptions, 'sources' | 'toolsKey'>,
): Promise<Inputs> {
  return {
    distro: wanted.id,
    arch: wanted.arch,
    releases: sources.releases,
    tools: toolsKey,
    // A change to its title or to what is known of it elsewhere does not matter, but which does nobody keeps a list of.
    distribution: wanted.distribution as Json,
    'stand-in': wanted.standIn as Json,
    sources: await sourceHashes(makerOf(wanted).folders),
    signed: 'by a key of its own, RSA 3072',
  };
}

/** Fills an entry's folder. Until it is an entry, the store clears it away whenever its maker is gone, and the key with it. */
async function make<F extends Family>(
  folder: string,
  maker: Maker<F>,
  wanted: Wanted<F>,
  date: Date,
  { sources, tools: open, compile, log, env, progress, signal }: ObtainOptions,
): Promise<void> {
  const { id, arch, debian } = wanted;
  const given = { ...(progress ? { progress } : {}), ...(signal ? { signal } : {}) };
  const scratch = join(folder, 'making');
  const archive = join(folder, ARCHIVE);
  for (const path of [archive, scratch, join(scratch, 'work'), join(scratch, 'apt')])
    await mkdir(path, { mode: 0o755 });
  try {
    const tools = await open();
    progress?.(`fetching what the stand-in of ${id} for ${arch} is made of`);
    const debs = await fetchDebs(maker.packages(wanted), {
      ...{ debian, lines: sources.lines, scratch: join(scratch, 'apt'), log, ...given },
      ...(env ? { env } : {}),
    });
    const key = await makeSigningKey(join(scratch, 'key'), `stand-in of ${id}`, tools);
    progress?.(`making the stand-in of ${id} for ${arch}`);
    const making: Making<F> = {
      ...{ ...wanted, debs, archive, scratch: join(scratch, 'work'), key, date, tools, log, ...given },
      compile: async (program) => {
        const at = join(scratch, program);
        await mkdir(at);
        return compile(program, at);
      },
    };
    await maker.make(making);
    await writeFile(join(folder, KEYRING), key.publicKey);
    await writeFile(join(folder, CONTENTS), `${(await filesOf(archive)).join('\n')}\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Paths of an archive bear names and versions; only the indexes' own names bear a hash. */
async function filesOf(archive: string): Promise<string[]> {
  const entries = await readdir(archive, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/[0-9a-f]{64}/.test(entry.name))
    .map((entry) => relative(archive, join(entry.parentPath, entry.name)))
    .toSorted();
}

async function contents(folder: string): Promise<string[]> {
  return (await readFile(join(folder, CONTENTS), 'utf8')).trimEnd().split('\n');
}

const differences = (kept: readonly string[], again: readonly string[]): string[] => [
  ...kept.filter((line) => !again.includes(line)).map((line) => `- ${line}`),
  ...again.filter((line) => !kept.includes(line)).map((line) => `+ ${line}`),
];

/** Of what all makers have in common, and of some folders, by path. */
async function sourceHashes(folders: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const here = import.meta.dirname;
  const entries = await readdir(here, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && !/\.test(-support)?\.ts$/.test(entry.name))
    .map((entry) => relative(here, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes('/') || folders.some((folder) => path.startsWith(`${folder}/`)))
    .toSorted();
  const hashed = paths.map(async (path) => {
    const hash = createHash('sha256').update(await readFile(join(here, path)));
    return [path, hash.digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(hashed));
}
