import { mkdir, readFile, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { HarnessError } from '../../runners/errors.ts';
import type { ProxySummary } from '../../runners/events/event.ts';
import type { RunRegister } from '../../runners/host/run-register.ts';
import { isBehindProxy, type ProxyEnvironment } from '../way-out.ts';
import { lookUp, resolversIn, trustBundle } from './addresses.ts';
import { type NumberedArchive, numbered, type ProxiedArchive } from './archives.ts';
import { nginxConf } from './config.ts';
import { type LocalArchive, placed } from './folders.ts';
import { type GatewayParts, openGateway } from './gateway.ts';
import { Keep } from './keep.ts';
import { packagesFolderIn, workPath } from './layout.ts';
import { Mirrors } from './mirrors.ts';
import type { StartNginx } from './nginx.ts';
import { type Fetching, PATIENCE, type Patience, type ProxyPlan, WORK } from './plan.ts';
import { Recorder } from './recorder.ts';
import { type RunRecord, writeRecord } from './records.ts';
import { layOut } from './replay.ts';
import { Tally } from './tally.ts';
import { writeTrouble } from './troubles.ts';
import { Watch } from './watch.ts';

export interface ProxyParts {
  /** The run's name, unique among all of this cache. */
  readonly run: string;
  /** Absolute, exists, private: gets nginx's configuration and logs, as evidence. */
  readonly folder: string;
  readonly cacheFolder: string;
  readonly register: Pick<RunRegister, 'folder' | 'process' | 'environment'>;
  /** What a reader of the report should know: a mirror that fails, a stale answer. */
  readonly note: (text: string) => void;
  readonly signal: AbortSignal;
  /** `onHost`, `inContainer`, or whatever else starts an nginx. */
  readonly start: StartNginx;
  /** Archives in folders of this host, fetching or replaying; they come before all others. */
  readonly folders?: readonly LocalArchive[];
  /** Where links in those lead to; absolute paths. */
  readonly linked?: readonly string[];
  readonly patience?: Patience;
  /** Names the proxies through which this host reaches the mirrors; it reaches them by itself where it names none. */
  readonly env?: ProxyEnvironment;
  /** File with the certificates that TLS trusts; the host's where absent. */
  readonly trust?: string;
}

export type SummaryBody = Omit<ProxySummary, 'time'>;

/** The running proxy of a run. Disposing of it ends it, and what it fetched last may not be kept. */
export interface PackageProxy extends AsyncDisposable {
  /** On 127.0.0.1; to be used as an HTTP proxy: http_proxy=http://127.0.0.1:PORT */
  readonly port: number;
  /** Settles when nginx has ended, asked to or not: in words, how. */
  readonly ended: Promise<string>;
  /**
   * Ends it, keeps what it fetched and writes down what it answered. To be called when no guest needs it any more.
   *
   * @param installed the cells whose installers came to a good end: what installed them once will do so again.
   */
  close(installed?: readonly string[]): Promise<SummaryBody>;
}

/**
 * Starts the proxy through which all guests of a run get their packages. To be called from the main thread: nginx ends with
 * the thread that started it.
 *
 * @param archives what guests may ask for, besides the folders of `parts`; nothing else is answered.
 * @throws HarnessError `proxy-not-started`, `no-certificates`, `path-not-for-nginx`; UsageError `odd-archive`, `odd-folder`,
 *   `folder-twice`
 */
export async function startProxy(archives: readonly ProxiedArchive[], parts: ProxyParts): Promise<PackageProxy> {
  if (archives.length === 0 && !parts.folders?.length) throw new RangeError('a proxy for no archive');
  return start(undefined, numbered(archives), parts);
}

/** Starts one that answers as it did in a past run, byte for byte, and asks nobody. */
export async function startReplay(record: RunRecord, parts: ProxyParts): Promise<PackageProxy> {
  const archives = numbered(record.archives.map((uri) => ({ uri, mirrors: [] })));
  return start(record, archives, parts);
}

/** @param failed told of mirrors that are not reached. */
async function wayTo(
  archives: readonly NumberedArchive[],
  { env = {}, ...parts }: ProxyParts,
  failed: GatewayParts['failed'],
): Promise<Fetching & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const mirrors = archives.flatMap((archive) => archive.mirrors);
  const trust = parts.trust ?? trustBundle();
  if (trust === undefined && mirrors.some(({ scheme }) => scheme === 'https')) throw noCertificates();
  const forwarded = isBehindProxy(env);
  const ca = trust && (await readFile(trust));
  const { servers } = forwarded
    ? stack.use(await openGateway({ mirrors, env, ca: ca || undefined, failed }))
    : { servers: await lookUp(mirrors) };
  const held = stack.move();
  return {
    archives,
    servers,
    forwarded,
    resolvers: resolversIn(),
    trust: trust ?? '/dev/null',
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function start(
  replayed: RunRecord | undefined,
  archives: readonly NumberedArchive[],
  parts: ProxyParts,
): Promise<PackageProxy> {
  const { run, folder, register, signal, note } = parts;
  const packages = packagesFolderIn(resolve(parts.cacheFolder));
  const work = workPath(packages, run);
  const folders = placed(parts.folders ?? []);
  await using stack = new AsyncDisposableStack();
  stack.use(register.folder(work));
  stack.defer(() => rm(work, { recursive: true, force: true }));
  for (const name of ['drafts', WORK.shunned]) await mkdir(join(work, name), { recursive: true, mode: 0o700 });
  if (replayed) await layOut(packages, work, replayed);
  const from = replayed
    ? undefined
    : stack.use(await wayTo(archives, parts, (mirror, reason) => mirrors?.failed(mirror, reason)));

  const plan: Omit<ProxyPlan, 'listen'> = {
    run,
    work,
    packages,
    folders,
    serve: from ?? { replayOf: replayed?.run ?? '' },
    patience: parts.patience ?? PATIENCE,
    ...(process.getuid?.() === 0 ? { user: userInfo().username } : {}),
  };
  const keep = new Keep(packages, join(work, 'drafts'));
  const trouble = (text: string) => {
    writeTrouble(folder, text);
    note(text);
  };
  const shunned = join(work, WORK.shunned);
  const mirrors = from && new Mirrors({ archives, from, shunned, note, trouble });
  const tally = new Tally(archives, folders);
  const recorder = new Recorder({ keep, packages, cache: join(work, WORK.cache), mirrors, note, trouble });
  const watch = stack.use(new Watch({ folder, tally, mirrors, recorder, note }));

  const conf = (listen: string) => nginxConf({ ...plan, listen });
  const reads = [...folders.map((each) => each.folder), ...(parts.linked ?? []), ...(from ? [from.trust] : [])];
  const job = { run, folder, work, packages, reads, conf, env: register.environment, signal };
  const nginx = stack.use(await parts.start(job));
  if (nginx.pid !== undefined) stack.use(register.process(nginx.pid, 'nginx'));

  let asked = false;
  void nginx.ended.then((how) => {
    if (!asked) trouble(`the package proxy ended by itself: ${how}`);
  });
  const began = new Date().toISOString();
  const held = stack.move();
  return {
    port: nginx.port,
    ended: nginx.ended,
    close: async (installed = []) => {
      await using _ = held;
      asked = true;
      await nginx[Symbol.asyncDispose]();
      await watch.finish();
      if (!replayed) {
        const uris = archives.map(({ uri }) => uri);
        await writeRecord(packages, { run, began, archives: uris, installed: [...installed], ...recorder.record });
      }
      return { type: 'proxy-summary', ...(replayed ? { replayOf: replayed.run } : {}), ...tally.summary };
    },
    [Symbol.asyncDispose]: () => {
      asked = true;
      return held.disposeAsync();
    },
  };
}

function noCertificates(): HarnessError {
  return new HarnessError({
    code: 'no-certificates',
    message: 'an archive is to be fetched by https, and this host has no file of certificates to trust',
    command: 'apt-get install ca-certificates',
  });
}
