import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../../runners/errors.ts';
import { pasteable } from '../../runners/process/command.ts';
import { type Daemon, startDaemon } from '../../runners/process/daemon.ts';
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

/** A way to have an nginx: `onHost`, or one in a container. */
export type StartNginx = (job: NginxJob) => Promise<Nginx>;

/** How often another port is tried where somebody was quicker. */
const TRIES = 5;

/** For nginx to answer, in seconds; when a port is taken it takes 2.5 s to give up. */
const PATIENCE = 15;

/**
 * An nginx of this host, as the user we are. It ends with this process, however that ends.
 *
 * @param program absolute path.
 * @param port chosen where nobody listens; between that and nginx's listening somebody else may, and then another is tried.
 * @returns what throws HarnessError `proxy-not-started`.
 */
export function onHost(program: string, port: () => Promise<number> = freePort): StartNginx {
  return async (job) => {
    for (let left = TRIES; left > 0; left--) {
      const nginx = await startAt(program, await port(), job);
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

async function startAt(program: string, port: number, job: NginxJob): Promise<Nginx | 'taken'> {
  const { folder, work, env } = job;
  await writeFile(join(folder, 'nginx.conf'), job.conf(`127.0.0.1:${port}`), { mode: 0o600 });
  // Left by one that found its port taken.
  await rm(join(work, SOCKET), { force: true });
  const log = join(folder, 'nginx.log');
  await using stack = new AsyncDisposableStack();
  const daemon = stack.use(
    await startDaemon([program, '-p', folder, '-c', join(folder, 'nginx.conf')], { log, cwd: work, env }),
  );
  const ended = daemon.exited.then(({ exitCode, signal }) => signal ?? `exit status ${exitCode}`);
  const answers = await ready(port, job, ended);
  if (answers !== true) {
    const said = (await Promise.all([log, join(folder, 'error.log')].map(textOf))).join('');
    if (said.includes(`bind() to 127.0.0.1:${port} failed (98`) && answers !== undefined) return 'taken';
    throw notStarted(daemon, said, answers, folder);
  }
  const held = stack.move();
  return { port, pid: daemon.pid, ended, [Symbol.asyncDispose]: () => held.disposeAsync() };
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

function notStarted(daemon: Daemon, said: string, end: string | undefined, folder: string): HarnessError {
  const lines = said.split('\n').filter((line) => /\[(emerg|alert|crit|error)\]/.test(line));
  const how = end === undefined ? `does not answer within ${PATIENCE} s` : `ended at once with ${end}`;
  return new HarnessError({
    code: 'proxy-not-started',
    message: `the package proxy ${how}: ${lines.slice(-5).join('\n') || 'it said nothing'}`,
    evidence: join(folder, 'error.log'),
    command: pasteable(daemon.argv),
  });
}
