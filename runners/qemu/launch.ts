import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Console } from '../channels/console/console.ts';
import { GuestAgent } from '../channels/guest-agent/guest-agent.ts';
import type { ShutdownCause } from '../channels/qmp/messages.ts';
import { Qmp } from '../channels/qmp/qmp.ts';
import { HarnessError } from '../errors.ts';
import { type Argv, pasteable } from '../process/command.ts';
import { type Daemon, type Exit, startDaemon } from '../process/daemon.ts';
import { ARCHES } from './arch.ts';
import { type MachineSpec, qemuArgv } from './argv.ts';
import { prepareInitrd } from './credentials.ts';
import { rearm } from './rearm.ts';
import { loadState } from './state.ts';

export interface LaunchOptions {
  /** What QEMU itself says goes here. */
  readonly log: string;
  /** For `--keep`: QEMU goes on when this process ends, however that ends. */
  readonly outlive?: boolean;
  /** Added to QEMU's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long QEMU may take until all its channels are connected, in seconds. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/**
 * Why QEMU ended: the guest powered itself off; the guest panicked; we asked for it by `quit` (or by disposing); a
 * signal came from somewhere; or QEMU gave up by itself, and its log says why.
 */
export type ExitReason = 'guest-shutdown' | 'guest-panic' | 'quit' | 'killed-by-signal' | 'exit-status';

export interface QemuExit extends Exit {
  readonly reason: ExitReason;
}

/** A running QEMU with its channels. Disposing of it ends it, unless it was released. */
export interface Qemu extends AsyncDisposable {
  readonly pid: number;
  readonly argv: Argv;
  readonly qmp: Qmp;
  readonly console: Console;
  readonly agent: GuestAgent;
  /** Never rejects. */
  readonly exited: Promise<QemuExit>;
  /** Lets the guest run; it is paused until the first call. */
  cont(): Promise<void>;
  /** The port on 127.0.0.1 which leads to the guest's port 22. @throws HarnessError `no-ssh-port` for a guest without a network. */
  sshPort(): Promise<number>;
  /** Ends QEMU: by QMP, after `timeout` seconds by SIGTERM, after as many again by SIGKILL. */
  quit(options?: { readonly timeout?: number }): Promise<QemuExit>;
  /** Lets go of QEMU: the channels are closed, it goes on. Only where it was launched to outlive us. */
  release(): void;
}

const DEFAULT_TIMEOUT = 30;

/** For hundreds of megabytes on a busy host, in seconds; a free one needs less than one. */
const LOAD_TIMEOUT = 120;

/** In the folder of the control channel's socket, while a state passes through it. */
export const STATE_SOCKET = 'state';

/** For QEMU's last words over QMP to reach us after its end, in seconds. */
const LAST_WORDS = 2;

/** What the address of a UNIX socket holds, in bytes, besides the zero at its end. */
const LONGEST_SOCKET_PATH = 107;

/** What QEMU says in its SHUTDOWN event, in our terms. */
const REASONS: Readonly<Partial<Record<ShutdownCause, ExitReason>>> = {
  'guest-shutdown': 'guest-shutdown',
  'guest-panic': 'guest-panic',
  'host-qmp-quit': 'quit',
  'host-signal': 'killed-by-signal',
};

function delay(seconds: number): Promise<'late'> {
  return new Promise((resolve) => setTimeout(() => resolve('late'), seconds * 1000).unref());
}

/** Makes the folders of the sockets, for us alone. */
async function prepareSockets(spec: MachineSpec): Promise<void> {
  for (const path of Object.values(spec.sockets)) {
    if (Buffer.byteLength(path) > LONGEST_SOCKET_PATH) {
      throw new HarnessError({
        code: 'socket-path-too-long',
        message: `${path} has more than the ${LONGEST_SOCKET_PATH} bytes that the path of a socket may have`,
        hint: 'Keep the runs in a folder with a shorter path.',
      });
    }
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  }
}

async function startFailed(daemon: Daemon, exit: Exit, log: string): Promise<HarnessError> {
  const said = (await readFile(log, 'utf8')).trim() || 'It said nothing.';
  return new HarnessError({
    code: 'qemu-start-failed',
    message: `QEMU ended at once with ${exit.signal ?? `exit status ${exit.exitCode}`}: ${said}`,
    evidence: log,
    command: pasteable(daemon.argv),
  });
}

/** Connects all channels while watching that QEMU lives. */
async function connect(daemon: Daemon, spec: MachineSpec, options: LaunchOptions) {
  const over = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, over.signal]) : over.signal;
  const wait = (what: string) => ({
    awaiting: `the ${what} of ${spec.name}`,
    timeout: options.timeout ?? DEFAULT_TIMEOUT,
    signal,
  });
  await using opened = new AsyncDisposableStack();
  const died = daemon.exited.then(async (exit): Promise<never> => {
    throw await startFailed(daemon, exit, options.log);
  });
  // When all is connected nobody listens to this any more.
  died.catch(() => {});
  try {
    const open = async () => ({
      console: opened.use(await Console.connect(spec.sockets.console, wait('console'))),
      agent: opened.use(await GuestAgent.connect(spec.sockets.agent, wait('guest agent channel'))),
      qmp: opened.use(await Qmp.connect(spec.sockets.qmp, wait('control channel'))),
    });
    const opening = open();
    opening.catch(() => {});
    const channels = await Promise.race([opening, died]);
    return { ...channels, close: opened.move() };
  } catch (error) {
    // A QEMU that ends closes its channels a moment before we learn of its end, which is what explains it.
    if (error instanceof HarnessError && (await Promise.race([daemon.exited, delay(1)])) !== 'late') await died;
    throw error;
  } finally {
    over.abort();
  }
}

/** Loads the state that the guest goes on from. QEMU gives up where it cannot take it, and writes the reason into its log. */
async function takeState(daemon: Daemon, qmp: Qmp, file: string, spec: MachineSpec, options: LaunchOptions) {
  const socket = join(dirname(spec.sockets.qmp), STATE_SOCKET);
  try {
    const wait = { socket, timeout: LOAD_TIMEOUT, signal: options.signal };
    await loadState(qmp, file, wait);
    const { rearm: register } = ARCHES[spec.arch];
    if (register) await rearm(qmp, { ...wait, awaiting: 'the timers of a loaded guest', register, harts: spec.cores });
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    await Promise.race([daemon.exited, delay(1)]);
    const said = (await readFile(options.log, 'utf8')).trim();
    const { code, message } = error;
    throw new HarnessError({
      code,
      message: said ? `${message}; QEMU: ${said}` : message,
      evidence: options.log,
      command: pasteable(daemon.argv),
      cause: error,
    });
  }
}

function exitReason(exit: Exit, qmp: Qmp, asked: boolean): ExitReason {
  const cause = qmp.events.findLast(({ name }) => name === 'SHUTDOWN')?.data.reason;
  if (asked) return cause === 'guest-shutdown' ? cause : 'quit';
  if (exit.signal !== undefined) return 'killed-by-signal';
  // QEMU 7.2's riscv64 board ends QEMU in the midst of the guest's power-off, before anything is reported.
  if (cause === undefined && exit.exitCode === 0) return 'guest-shutdown';
  return (cause && REASONS[cause]) ?? 'exit-status';
}

/**
 * Starts QEMU and connects to it; the guest is still paused. QEMU dies with this process, also on `kill -9`, unless it
 * is to outlive it.
 *
 * @throws HarnessError `qemu-start-failed` with what QEMU said and the line to paste, `socket-silent`, `qmp-silent`,
 * `socket-path-too-long`; `state-not-loaded` where the guest was to go on from a saved state.
 */
export async function launchQemu(spec: MachineSpec, options: LaunchOptions): Promise<Qemu> {
  await prepareSockets(spec);
  await prepareInitrd(spec);
  await using stack = new AsyncDisposableStack();
  const daemon = await startDaemon(qemuArgv(spec), {
    log: options.log,
    outlive: options.outlive ?? false,
    env: options.env ?? {},
  });
  stack.defer(async () => void (await daemon.stop()));
  const { close, qmp, console, agent } = await connect(daemon, spec, options);
  stack.use(close);
  if (spec.state !== undefined) await takeState(daemon, qmp, spec.state, spec, options);

  let asked = false;
  let released = false;
  const exited = daemon.exited.then(async (exit): Promise<QemuExit> => {
    const wasAsked = asked;
    await Promise.race([qmp.ended, delay(LAST_WORDS)]);
    return { ...exit, reason: exitReason(exit, qmp, wasAsked) };
  });
  const quit = async ({ timeout = 5 } = {}): Promise<QemuExit> => {
    asked = true;
    // Gone already, or stuck: the signals will tell.
    void qmp.execute('quit', {}, { timeout }).catch(() => {});
    if ((await Promise.race([exited, delay(timeout)])) === 'late') await daemon.stop(timeout);
    return exited;
  };
  const resources = stack.move();
  return {
    pid: daemon.pid,
    argv: daemon.argv,
    qmp,
    console,
    agent,
    exited,
    cont: async () => void (await qmp.execute('cont')),
    sshPort: async () => {
      const table = await qmp.hmp('info usernet');
      const port = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+22\s/.exec(table)?.[1];
      if (port) return Number(port);
      throw new HarnessError({
        code: 'no-ssh-port',
        message: `${spec.name} forwards no port to its SSH server: ${table}`,
      });
    },
    quit,
    release: () => {
      released = true;
      daemon.release();
      void close.disposeAsync();
    },
    [Symbol.asyncDispose]: async () => {
      if (released) return;
      await quit();
      await resources.disposeAsync();
    },
  };
}
