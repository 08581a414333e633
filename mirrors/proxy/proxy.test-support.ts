import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { defaultCacheFolder } from '../../runners/host/cache-folder.ts';
import { RunRegister } from '../../runners/host/run-register.ts';
import type { ProxiedArchive } from './archives.ts';
import { onHost } from './nginx.ts';
import { findNginx, unpackNginx } from './nginx-program.ts';
import { type File, type Origin, startOrigin } from './origin.test-support.ts';
import { PATIENCE, type Patience } from './plan.ts';
import { type PackageProxy, type ProxyParts, startProxy, startReplay } from './proxy.ts';
import type { RunRecord } from './records.ts';

/** The host's nginx, or the one that runs unpack where it has none: into the same place, once. */
async function someNginx(): Promise<string | undefined> {
  const cacheFolder = defaultCacheFolder(process.env, process.cwd());
  const there = findNginx(cacheFolder);
  if (there !== undefined) return there;
  using register = new RunRegister(join(cacheFolder, 'state'), `test-${process.pid}`);
  return unpackNginx(cacheFolder, register, AbortSignal.timeout(120_000));
}

/** Absolute path. */
export const nginx = await someNginx();

/** Whether tests of the real nginx are skipped: there is none, and no apt to get it by. */
export const withoutNginx = nginx === undefined;

/** Mirrors that are to be found silent are found so in no time. */
const HURRY: Patience = { ...PATIENCE, connect: 1, silence: 1 };

/** A cache folder, the runs that share it, and the mirrors they ask; all of it goes with the test. */
export interface Bench {
  readonly cache: string;
  readonly folder: string;
  origin(files: Record<string, File>): Promise<Origin>;
  /** A run's proxy for these archives; the mirrors of an archive are listed behind it. */
  run(archives: readonly ProxiedArchive[], changes?: Partial<ProxyParts>): Promise<Run>;
  replay(record: RunRecord, changes?: Partial<ProxyParts>): Promise<Run>;
  /** The keys of what lies in a tree, whole. */
  tree(name: 'kept' | 'latest'): Promise<string[]>;
}

export interface Run {
  readonly proxy: PackageProxy;
  readonly name: string;
  readonly notes: string[];
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<Got>;
}

export interface Got {
  readonly status: number;
  readonly body: Buffer;
  readonly headers: IncomingMessage['headers'];
  /** Whether it came to its end. */
  readonly whole: boolean;
}

export function bench(): Bench {
  let stack: AsyncDisposableStack;
  let folder: string;
  let runs: number;
  beforeEach(async () => {
    stack = new AsyncDisposableStack();
    runs = 0;
    folder = await mkdtemp(join(tmpdir(), 'proxy-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
  });
  afterEach(() => stack.disposeAsync());

  const begin = async (
    start: (parts: ProxyParts) => Promise<PackageProxy>,
    changes: Partial<ProxyParts>,
  ): Promise<Run> => {
    const name = `run-${runs++}`;
    const notes: string[] = [];
    const evidence = join(folder, name);
    await mkdir(evidence, { recursive: true });
    const register = stack.use(new RunRegister(join(folder, 'state'), name));
    const parts: ProxyParts = {
      run: name,
      folder: evidence,
      cacheFolder: join(folder, 'cache'),
      register,
      note: (text) => void notes.push(text),
      signal: new AbortController().signal,
      start: onHost(nginx ?? ''),
      patience: HURRY,
      ...changes,
    };
    const proxy = stack.use(await start(parts));
    return { proxy, name, notes, get: (url, headers = {}) => get(proxy.port, url, headers) };
  };

  return {
    get cache() {
      return join(folder, 'cache');
    },
    get folder() {
      return folder;
    },
    origin: async (files) => stack.use(await startOrigin(files)),
    run: (archives, changes = {}) => begin((parts) => startProxy(archives, parts), changes),
    replay: (record, changes = {}) => begin((parts) => startReplay(record, parts), changes),
    tree: async (name) => {
      const root = join(folder, 'cache/packages', name);
      const all = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
      return all
        .filter((entry) => entry.isSymbolicLink())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
        .toSorted();
    },
  };
}

/** Asks the proxy as apt and curl do: for the whole address. */
export async function get(port: number, url: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
  const { host } = new URL(url);
  const asked = request({ host: '127.0.0.1', port, path: url, headers: { host, ...headers }, agent: false });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  response.on('data', (piece: Buffer) => pieces.push(piece));
  await new Promise((resolve) => {
    response.once('close', resolve);
    response.once('error', resolve);
  });
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(pieces),
    headers: response.headers,
    whole: response.complete,
  };
}
