import { readFile, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../errors.ts';
import { pasteable } from '../process/command.ts';
import { type Daemon, type Exit, startDaemon } from '../process/daemon.ts';
import { virtiofsdArgv } from './virtiofsd.ts';

export interface ShareOptions {
  /** Absolute path of the folder which becomes the guest's filesystem. */
  readonly folder: string;
  /** Absolute path of the socket to make, in a folder that is ours alone. */
  readonly socket: string;
  /** What virtiofsd says goes here. */
  readonly log: string;
  /** Added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** It goes on when this process ends, as its guest does. */
  readonly outlive?: boolean;
  readonly signal?: AbortSignal;
}

/** A folder that one guest can mount, for as long as it lives. Disposing of it ends virtiofsd; so does the end of QEMU. */
export interface Share extends AsyncDisposable {
  readonly pid: number;
  readonly argv: Daemon['argv'];
  readonly socket: string;
  /** Rejects with HarnessError `share-died` when virtiofsd ends; never resolves. After the end of QEMU that is as it should be. */
  readonly ended: Promise<never>;
  /** Lets go of it, where it was started to outlive us. */
  release(): void;
}

/** For virtiofsd to listen, in seconds; on a host that is very busy. */
const START_TIMEOUT = 30;

/** The flag of a socket that somebody listens on, in /proc/net/unix. */
const LISTENS = /^\S+ \S+ \S+ 00010000 /;

/** Whether there is a listener, without connecting: virtiofsd serves the first connection and no other. */
async function listens(socket: string): Promise<boolean> {
  const table = await readFile('/proc/net/unix', 'utf8');
  return table.split('\n').some((line) => LISTENS.test(line) && line.endsWith(` ${socket}`));
}

function died(daemon: Daemon, exit: Exit, said: string, log: string): HarnessError {
  const how = exit.signal ?? `exit status ${exit.exitCode}`;
  return new HarnessError({
    code: 'share-died',
    message: `virtiofsd, which serves the guest's root filesystem, ended with ${how}: ${said.trim() || 'it said nothing'}`,
    evidence: log,
    command: pasteable(daemon.argv),
  });
}

/** @throws HarnessError `share-needs-root`, `share-no-folder`. */
async function check(folder: string): Promise<void> {
  if (process.getuid?.() !== 0) {
    throw new HarnessError({
      code: 'share-needs-root',
      message:
        'only root can run virtiofs cells: the files of the installed system lie on this host, with owners of their own',
      hint: 'run it as root, or choose another filesystem',
    });
  }
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new HarnessError({ code: 'share-no-folder', message: `${folder}, which was to be shared, is no folder` });
  }
}

/**
 * Starts virtiofsd and returns when it listens. It dies with this process, also on `kill -9`, unless it is to outlive it.
 *
 * @throws HarnessError `share-needs-root`, `share-no-folder`, `no-virtiofsd`, `share-died`, `share-silent`.
 */
export async function startShare({ folder, socket, log, env, outlive, signal }: ShareOptions): Promise<Share> {
  await check(folder);
  await rm(socket, { force: true });
  await using stack = new AsyncDisposableStack();
  // Both flavours leave one of these.
  stack.defer(async () => {
    for (const file of [socket, `${socket}.pid`]) await rm(file, { force: true });
  });
  const daemon = await startDaemon(virtiofsdArgv(folder, socket), { log, env: env ?? {}, outlive: outlive ?? false });
  stack.defer(async () => void (await daemon.stop()));
  const ended = daemon.exited.then(async (exit): Promise<never> => {
    throw died(daemon, exit, await readFile(log, 'utf8').catch(() => ''), log);
  });
  ended.catch(() => {});
  const listening = async () => {
    for (let waited = 0; waited < START_TIMEOUT * 1000; waited += 10) {
      if (await listens(socket)) return;
      await sleep(10, undefined, { signal });
    }
    const message = `virtiofsd does not listen at ${socket} after ${START_TIMEOUT} s`;
    throw new HarnessError({ code: 'share-silent', message, evidence: log, command: pasteable(daemon.argv) });
  };
  await Promise.race([listening(), ended]);
  const resources = stack.move();
  return {
    pid: daemon.pid,
    argv: daemon.argv,
    socket,
    ended,
    release: () => daemon.release(),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
