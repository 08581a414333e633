import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa, type Options } from 'execa';
import { HarnessError } from '../errors.ts';
import { type Argv, pasteable } from './command.ts';

export interface DaemonOptions {
  /** stdout and stderr go straight into this file, without passing through us: the process may live longer than we do. */
  readonly log: string;
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Leave it running when this process ends. Otherwise the kernel ends it with us, even on `kill -9`. */
  readonly outlive?: boolean;
}

/** Exactly one of the two is set. */
export interface Exit {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
}

/** A process that runs beside us until it ends or is ended. Disposing of it ends it. */
export interface Daemon extends AsyncDisposable {
  readonly pid: number;
  /** What was started, without the wrapper that ties it to us. */
  readonly argv: Argv;
  /** Never rejects. */
  readonly exited: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, and SIGKILL where that did not help within `grace` seconds. */
  stop(grace?: number): Promise<Exit>;
  /** Node no longer waits for it before ending. */
  release(): void;
}

/** The kernel sends the signal when the parent dies, so there is nothing for us to forget. */
const TIED: Argv = ['setpriv', '--pdeathsig', 'KILL', '--'];

/**
 * Starts a process and returns at once.
 *
 * @throws HarnessError `command-not-run` when the system refuses to start it.
 */
export async function startDaemon(argv: Argv, options: DaemonOptions): Promise<Daemon> {
  const outlive = options.outlive ?? false;
  const [file, ...args] = outlive ? argv : ([...TIED, ...argv] as const);
  await using log = await open(options.log, 'a', 0o600);
  const child = execa(file, args, {
    reject: false,
    stdin: 'ignore',
    stdout: log.fd,
    stderr: log.fd,
    // A process group of its own: Ctrl-C at the terminal is for us, and we decide what becomes of the others.
    detached: true,
    cleanup: false,
    forceKillAfterDelay: false,
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.env ? { env: options.env } : {}),
  } as Options);
  const { pid } = child;
  if (pid === undefined) {
    const { shortMessage } = await child;
    throw new HarnessError({
      code: 'command-not-run',
      message: `${argv[0]} could not be started: ${shortMessage}`,
      command: pasteable(argv),
    });
  }
  const exited = child.then(({ exitCode, signal }): Exit => ({ exitCode, signal: signal as NodeJS.Signals }));
  const kill = (signal: NodeJS.Signals) => void child.kill(signal);
  const stop = async (grace = 5): Promise<Exit> => {
    kill('SIGTERM');
    const patience = new AbortController();
    const late = sleep(grace * 1000, 'late' as const, { signal: patience.signal }).catch(() => 'late' as const);
    if ((await Promise.race([exited, late])) === 'late') kill('SIGKILL');
    patience.abort();
    return exited;
  };
  return {
    pid,
    argv,
    exited,
    kill,
    stop,
    release: () => child.nodeChildProcess.unref(),
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
