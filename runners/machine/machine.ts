import { setTimeout as sleep } from 'node:timers/promises';
import type { Executed, FailOn } from '../channels/console/console.ts';
import type { ConsoleMatch } from '../channels/console/search.ts';
import { Neighbour } from '../channels/segment/neighbour.ts';
import { Segment } from '../channels/segment/segment.ts';
import { GuestFailure, HarnessError, StubMatrixError } from '../errors.ts';
import { pasteable } from '../process/command.ts';
import type { MachineSpec } from '../qemu/argv.ts';
import { launchQemu, type Qemu, type QemuExit } from '../qemu/launch.ts';
import { FATAL_SIGHTS } from './sights.ts';

export interface MachineOptions {
  /** Absolute path: what QEMU itself says. */
  readonly log: string;
  /** Absolute path: the frames on the guest's segment, except TCP, as a pcap file. */
  readonly pcap: string;
  /** The guest must be able to go on when the runner ends (`--keep`). */
  readonly outlive: boolean;
  /** Added to QEMU's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** What the guest cannot live without, besides QEMU: each rejects when it has ended, such as the `ended` of a share. */
  readonly lifelines?: readonly Promise<never>[];
  readonly signal: AbortSignal;
}

/** A wait at the guest: what for, and how long it may take or stay silent, in seconds. */
export interface Patience {
  readonly awaiting: string;
  readonly timeout: number;
  readonly idle?: number;
  /** What makes this wait pointless, besides what always does. */
  readonly failOn?: readonly FailOn[];
  /** Ends this wait, besides what ends the whole run. */
  readonly signal?: AbortSignal;
}

/** The moment at which something was asked for: what comes later is its consequence. */
export interface Mark {
  /** On the console. */
  readonly position: number;
  /** How many events QEMU had reported. */
  readonly events: number;
}

/** For the end of QEMU to be noticed once one of its channels has closed, in seconds. */
const END_NOTICED = 3;

/**
 * Milliseconds within which two reports mean the same reset. A PC that is reset asks for it once more before it stands still,
 * and a share's device on a busy host takes seconds to be reset. A kernel that came up in between shows on the console.
 */
const SAME_RESET = 5000;

/** Channels report these when the other side is gone; why it is gone says more. */
const LOST = ['console-closed', 'qemu-gone', 'agent-closed', 'ssh-lost', 'share-died'];

/** Matches nothing: for a wait that only what must not come can end. */
const NOTHING = /(?!)/;

/** In seconds, eleven days: such a wait ends with the one it accompanies. */
const AS_LONG_AS_THE_OTHER = 1e6;

/** A running guest: QEMU, the channels into it and its network segment. Disposing of it ends it. */
export class Machine implements AsyncDisposable {
  readonly qemu: Qemu;
  readonly neighbour: Neighbour;
  readonly #segment: Segment;
  readonly #signal: AbortSignal;
  readonly #log: string;
  readonly #lifelines: readonly Promise<never>[];
  /** Where on the console the life of the present system begins; what came before it concerns nobody any more. */
  #begin = 0;

  private constructor(qemu: Qemu, segment: Segment, { signal, log, lifelines = [] }: MachineOptions) {
    this.qemu = qemu;
    this.neighbour = new Neighbour(segment);
    this.#segment = segment;
    this.#signal = signal;
    this.#log = log;
    this.#lifelines = lifelines;
  }

  /** Starts the guest; when this returns, its first instructions run and nothing it says is missed. */
  static async start(
    spec: MachineSpec & { readonly network: { readonly segmentSocket: string } },
    options: MachineOptions,
  ): Promise<Machine> {
    await using stack = new AsyncDisposableStack();
    const segment = stack.use(await Segment.listen(spec.network.segmentSocket, { pcap: options.pcap }));
    const { log, outlive, env, signal } = options;
    const qemu = stack.use(await launchQemu(spec, { log, outlive, env, signal }));
    const machine = new Machine(qemu, segment, options);
    await qemu.cont();
    stack.move();
    return machine;
  }

  /** Where the console and QEMU's events stand now, before something is asked for that ends the present system. */
  mark(): Mark {
    this.#begin = this.qemu.console.position;
    return { position: this.#begin, events: this.qemu.qmp.events.length };
  }

  /** Where on the console the last mark was set. */
  get begin(): number {
    return this.#begin;
  }

  /** What a guest that was only just started comes from. */
  get start(): Mark {
    return { position: 0, events: 0 };
  }

  /** How many resets of the machine QEMU has reported since. A PC reports one more than once, in the same moment. */
  resetsSince(mark: Mark): number {
    const events = this.qemu.qmp.events.slice(mark.events);
    const times = events.flatMap(({ name, time }) => (name === 'RESET' ? [time] : []));
    return times.filter((time, index) => time - (times[index - 1] ?? 0) > SAME_RESET).length;
  }

  /** Types a line at the console. */
  type(line: string): Promise<void> {
    return this.whileAlive(`a console to type "${line}" at`, async () => this.qemu.console.sendLine(line));
  }

  /** Waits for text on the console. */
  see(pattern: RegExp, patience: Patience & { readonly from?: number }): Promise<ConsoleMatch> {
    return this.whileAlive(patience.awaiting, () =>
      this.qemu.console.waitFor(pattern, { ...patience, signal: this.#either(patience.signal) }),
    );
  }

  /** Has the shell on the console run a command. */
  execute(command: string, patience: Patience): Promise<Executed> {
    return this.whileAlive(patience.awaiting, () =>
      this.qemu.console.execute(command, { ...patience, signal: this.#signal }),
    );
  }

  /** Waits until QEMU has reported a reset since the mark. */
  async reset(mark: Mark, { awaiting, timeout, signal }: Patience): Promise<void> {
    const wait = { awaiting, timeout, from: mark.events, signal: this.#either(signal) };
    await this.whileAlive(awaiting, () => this.qemu.qmp.waitForEvent('RESET', wait));
  }

  /** Asks the guest from outside to power itself off, and waits until it has, which ends QEMU. */
  async powerOff({ awaiting, timeout }: Patience, by: 'button' | 'agent'): Promise<void> {
    const { qmp, agent } = this.qemu;
    // A guest that is off already was not powered off by this.
    await this.whileAlive(awaiting, () => qmp.execute('query-status'));
    try {
      await this.whileAlive(awaiting, async () => {
        if (by === 'button') await qmp.execute('system_powerdown');
        // The agent answers nothing; its channel ends with QEMU.
        else await agent.call('guest-shutdown', { mode: 'powerdown' }, { timeout, signal: this.#signal });
        await sleep(timeout * 1000, undefined, { signal: this.#signal, ref: false });
      });
    } catch (error) {
      if (error instanceof StubMatrixError && error.code === 'guest-powered-off') return;
      throw error;
    }
    throw new GuestFailure({
      code: 'no-power-off',
      message: `${awaiting}: not seen within ${timeout} s of asking for it by the ${by}`,
    });
  }

  /**
   * Runs `work`, unless before it settles the guest dies, loses what it cannot live without, or says on its console that it is
   * about to die: then the reason of that is thrown, which explains more than whatever `work` would come to.
   */
  async whileAlive<T>(awaiting: string, work: () => Promise<T>): Promise<T> {
    const over = new AbortController();
    const died = this.qemu.exited.then((exit): never => {
      throw deathOf(exit, awaiting, this.#log, this.qemu.argv);
    });
    const doomed = this.qemu.console.waitFor(NOTHING, {
      awaiting,
      timeout: AS_LONG_AS_THE_OTHER,
      from: this.#begin,
      failOn: FATAL_SIGHTS,
      signal: over.signal,
    });
    const working = work();
    for (const each of [died, doomed, working]) each.catch(() => {});
    try {
      return await Promise.race([working, died, doomed as Promise<never>, ...this.#lifelines]);
    } catch (error) {
      if (error instanceof StubMatrixError && LOST.includes(error.code)) {
        await Promise.race([died, sleep(END_NOTICED * 1000, undefined, { ref: false })]);
      }
      throw error;
    } finally {
      over.abort();
    }
  }

  /** Lets the guest go on without us. Only where it was started to outlive us. */
  async release(): Promise<void> {
    this.qemu.release();
    await this.#segment[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.neighbour[Symbol.dispose]();
    await this.qemu[Symbol.asyncDispose]();
    await this.#segment[Symbol.asyncDispose]();
  }

  #either(signal: AbortSignal | undefined): AbortSignal {
    return signal ? AbortSignal.any([this.#signal, signal]) : this.#signal;
  }
}

/** Whose fault the end of QEMU is, and what it was. */
function deathOf(exit: QemuExit, awaiting: string, log: string, argv: readonly string[]): StubMatrixError {
  const during = `while we waited for ${awaiting}`;
  switch (exit.reason) {
    case 'guest-shutdown':
      return new GuestFailure({ code: 'guest-powered-off', message: `the guest powered itself off ${during}` });
    case 'guest-panic':
      return new GuestFailure({ code: 'kernel-panic', message: `the guest's kernel panicked ${during}` });
    case 'quit':
      return new HarnessError({ code: 'qemu-ended', message: `QEMU was told to end ${during}` });
    case 'killed-by-signal':
      return new HarnessError({
        code: 'qemu-killed',
        message: `QEMU was killed by ${exit.signal ?? 'a signal'} from outside ${during}`,
        hint: 'look for who ended it: the out-of-memory killer writes into the kernel log',
        command: 'journalctl -k -n 50',
        evidence: log,
      });
    case 'exit-status':
      return new HarnessError({
        code: 'qemu-died',
        message: `QEMU gave up with exit status ${exit.exitCode} ${during}`,
        evidence: log,
        command: pasteable(argv),
      });
  }
}
