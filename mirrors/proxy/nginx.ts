import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../../runners/errors.ts';
import { pasteable } from '../../runners/process/command.ts';
import { startDaemon } from '../../runners/process/daemon.ts';
import { ask } from '../ask.ts';
import { SOCKET, WHOSE } from './plan.ts';

/** An nginx to be started for a run. All paths are absolute and exist. */
export interface NginxJob {
  readonly run: string;
  /** Gets nginx.conf, and nginx writes its logs there. */
  readonly folder: string;
  /** nginx runs in it. */
  readonly work: string;
  /** What it serves files from, besides. */
  readonly packages: string;
  /** Folders and files that it reads beyond those; some may come to be later. */
  readonly reads: readonly string[];
  /** The configuration, for an address to listen on. */
  readonly conf: (listen: string) => string;
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** A running nginx. Disposing of it ends it. */
export interface Nginx extends AsyncDisposable {
  /** On 127.0.0.1 */
  readonly port: number;
  /** Where it is a process of this host. */
  readonly pid?: number;
  /** Never rejects; in words, how it ended. */
  readonly ended: Promise<string>;
}

/** A way to have an nginx: `onHost`, `inContainer`. */
export type StartNginx = (job: NginxJob) => Promise<Nginx>;

/** How often another port is tried where somebody was quicker. */
const TRIES = 5;

/** For nginx to answer, in seconds; when a port is taken it takes 2.5 s to give up. */
const PATIENCE = 15;

/** An nginx that was launched, and may find its port taken or its configuration wrong and end. Disposing of it ends it. */
export interface Launched extends AsyncDisposable, Pick<Nginx, 'pid' | 'ended'> {
  /** What was launched, to be pasted. */
  readonly command: string;
  /** What its user may not have thought of. */
  readonly hint?: string;
}

/**
 * An nginx of this host, as the user we are. It ends with this process, however that ends.
 *
 * @param program absolute path.
 * @param port as `onFreePort` has it.
 * @returns what throws HarnessError `proxy-not-started`.
 */
export function onHost(program: string, port = freePort): StartNginx {
  return onFreePort(async ({ folder, work, env }, log) => {
    const argv = [program, '-p', folder, '-c', join(folder, CONF)] as const;
    const daemon = await startDaemon(argv, { log, cwd: work, env });
    return {
      pid: daemon.pid,
      ended: daemon.exited.then(({ exitCode, signal }) => signal ?? `exit status ${exitCode}`),
      command: pasteable(argv),
      [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
    };
  }, port);
}

/** Written into the job's folder before an nginx is launched. */
export const CONF = 'nginx.conf';

/**
 * @param launch given also the file that takes what nginx says before it has a log.
 * @param port chosen where nobody listens; between that and nginx's listening somebody else may, and then another is tried.
 */
export function onFreePort(
  launch: (job: NginxJob, log: string) => Promise<Launched>,
  port: () => Promise<number> = freePort,
): StartNginx {
  return async (job) => {
    for (let left = TRIES; left > 0; left--) {
      const nginx = await startAt(launch, await port(), job);
      if (nginx !== 'taken') return nginx;
    }
    throw new HarnessError({ code: 'proxy-not-started', message: `${TRIES} ports in a row were taken by others` });
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function startAt(
  launch: (job: NginxJob, log: string) => Promise<Launched>,
  port: number,
  job: NginxJob,
): Promise<Nginx | 'taken'> {
  const { folder, work } = job;
  await writeFile(join(folder, CONF), job.conf(`127.0.0.1:${port}`), { mode: 0o600 });
  // Left by one that found its port taken.
  await rm(join(work, SOCKET), { force: true });
  const log = join(folder, 'nginx.log');
  await using stack = new AsyncDisposableStack();
  const launched = stack.use(await launch(job, log));
  const { pid, ended } = launched;
  const answers = await ready(port, job, ended);
  if (answers !== true) {
    const said = (await Promise.all([log, join(folder, 'error.log')].map(textOf))).join('');
    if (said.includes(`bind() to 127.0.0.1:${port} failed (98`) && answers !== undefined) return 'taken';
    throw notStarted(launched, said, answers, folder);
  }
  const held = stack.move();
  return { port, ...(pid === undefined ? {} : { pid }), ended, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** Whether it is our nginx that answers; how it ended, where it did; undefined where it is silent. */
async function ready(
  port: number,
  { run, signal }: NginxJob,
  ended: Promise<string>,
): Promise<true | string | undefined> {
  const deadline = AbortSignal.timeout(PATIENCE * 1000);
  while (!deadline.aborted) {
    signal.throwIfAborted();
    // Somebody else's server may listen there and never say a word.
    const soon = AbortSignal.any([AbortSignal.timeout(1000), signal]);
    const asked = ask(`http://127.0.0.1:${port}${WHOSE}`, { via: port, signal: soon }).catch(() => undefined);
    const said = await Promise.race([asked, ended]);
    if (typeof said === 'string') return said;
    if (said?.text === run) return true;
    await Promise.race([ended, sleep(50)]);
  }
  return undefined;
}

const textOf = (file: string) => readFile(file, 'utf8').catch(() => '');

function notStarted({ command, hint }: Launched, said: string, end: string | undefined, folder: string): HarnessError {
  const all = said.split('\n').filter((line) => line !== '');
  const grave = all.filter((line) => /\[(emerg|alert|crit|error)\]/.test(line));
  const lines = grave.length > 0 ? grave : all;
  const how = end === undefined ? `does not answer within ${PATIENCE} s` : `ended at once with ${end}`;
  return new HarnessError({
    code: 'proxy-not-started',
    message: `the package proxy ${how}: ${lines.slice(-5).join('\n') || 'it said nothing'}`,
    evidence: join(folder, 'error.log'),
    command,
    ...(hint === undefined ? {} : { hint }),
  });
}
