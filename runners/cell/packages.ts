import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { STAND_INS } from '../../mirrors/makers/obtain.ts';
import type { LocalArchive } from '../../mirrors/proxy/folders.ts';
import { packagesFolderIn } from '../../mirrors/proxy/layout.ts';
import { nginxImage } from '../../mirrors/proxy/nginx-container.ts';
import { prepareNginx, wayToNginx } from '../../mirrors/proxy/nginx-ways.ts';
import { type PackageProxy, type ProxyParts, startProxy, startReplay } from '../../mirrors/proxy/proxy.ts';
import { findRecord } from '../../mirrors/proxy/records.ts';
import { troublesSince } from '../../mirrors/proxy/troubles.ts';
import type { ProxyEnvironment } from '../../mirrors/way-out.ts';
import { type GuestFailure, HarnessError } from '../errors.ts';
import { RunRegister } from '../host/run-register.ts';
import type { ProxyAccess, RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { archivesFor } from './proxied.ts';
import { standInFolders } from './stand-in.ts';
import { stateFolderIn } from './workspace.ts';

/** A run for whose guests packages are to be had. */
export interface PackagesFor {
  readonly run: string;
  readonly cells: readonly PlannedCell[];
  readonly options: RunOptions;
  /** Archives that lie in folders of this host. */
  readonly folders?: readonly LocalArchive[];
  /** Names the proxies through which this host reaches the archives, where it needs any, and the image of an nginx. */
  readonly env?: ProxyEnvironment;
  /** Absolute path of the run's folder. */
  readonly folder: string;
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
}

/** The proxy of a run, and what cells need to know of it. */
export interface Packages extends AsyncDisposable {
  readonly proxy: PackageProxy;
  readonly access: ProxyAccess;
}

/**
 * Starts the package proxy of a run: for the archives of its cells with all their mirrors or, offline, for the answers that an
 * earlier run of the same cells was given. To be called from the main thread.
 *
 * @returns undefined where no archive is in reach and none was before: the cells say so themselves.
 * @throws HarnessError `no-nginx`, `proxy-not-started`; UsageError `nothing-to-replay`, `odd-archive`
 */
export async function openPackages({
  run,
  cells,
  options,
  folders = [],
  env = {},
  folder,
  note,
  signal,
}: PackagesFor): Promise<Packages | undefined> {
  const { cacheFolder, offline = false } = options;
  const packages = packagesFolderIn(cacheFolder);
  const logs = join(folder, 'proxy');
  await mkdir(logs, { mode: 0o700 });
  await using stack = new AsyncDisposableStack();
  const register = stack.use(new RunRegister(stateFolderIn(cacheFolder), `proxy-${run}`));
  const start = await wayToNginx({ cacheFolder, image: nginxImage(env) }, register);
  const served = [...folders, ...standInFolders(cells, logs)];
  const standIns = join(cacheFolder, STAND_INS);
  await mkdir(standIns, { recursive: true, mode: 0o700 });
  const parts: ProxyParts = {
    run,
    folder: logs,
    cacheFolder,
    register,
    folders: served,
    linked: [standIns],
    env,
    start,
    note,
    signal,
  };
  let proxy: PackageProxy;
  if (offline) {
    proxy = await startReplay(await findRecord(packages, { cells: cells.map(({ cell }) => cell.id) }), parts);
  } else {
    const archives = await archivesFor(cells, options, packages, signal);
    if (archives.length + served.length === 0) return undefined;
    proxy = await startProxy(archives, parts);
  }
  stack.use(proxy);
  const held = stack.move();
  const access = { port: proxy.port, folder: logs, offline };
  return { proxy, access, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/**
 * Sees to it, before anything is started, that there is an nginx and, offline, something to replay.
 *
 * @param install whether an nginx may be fetched.
 * @param env may name the image of one.
 * @throws HarnessError `no-nginx`; UsageError `nothing-to-replay`
 */
export async function preparePackages(
  cells: readonly PlannedCell[],
  { offline, cacheFolder }: RunOptions,
  { install, env, signal }: { readonly install: boolean; readonly env: ProxyEnvironment; readonly signal: AbortSignal },
): Promise<void> {
  using register = new RunRegister(stateFolderIn(cacheFolder), `nginx-${randomUUID()}`);
  await prepareNginx({ cacheFolder, image: nginxImage(env) }, { fetch: install, register, signal });
  if (offline) await findRecord(packagesFolderIn(cacheFolder), { cells: cells.map(({ cell }) => cell.id) });
}

/** For the proxy to have looked at what it answered last, in milliseconds. */
const LOOKED_AT = 1000;

/**
 * Sees to it that an installer which failed was answered well.
 *
 * @param since milliseconds since the epoch.
 * @throws HarnessError `archive-failed`
 */
export async function requireAnswers(
  { folder, offline }: ProxyAccess,
  failure: GuestFailure,
  since: number,
): Promise<void> {
  await sleep(LOOKED_AT);
  const troubles = troublesSince(folder, since);
  if (troubles.length === 0) return;
  throw new HarnessError({
    code: 'archive-failed',
    message: [`${failure.message}, after the archive had failed it:`, ...troubles].join('\n'),
    hint: offline
      ? 'what the past run did not ask for cannot be replayed; run once without --offline'
      : 'run it again; if it stays so, name another mirror with --mirror URL or in matrix.yaml',
    evidence: folder,
    cause: failure,
  });
}
