import { setTimeout as sleep } from 'node:timers/promises';
import type { Executed, FailOn } from '../channels/console/console.ts';
import type { ConsoleMatch } from '../channels/console/search.ts';
import { Neighbour } from '../channels/segment/neighbour.ts';
import { Segment } from '../channels/segment/segment.ts';
import { GuestFailure, StubMatrixError } from '../errors.ts';
import type { MachineSpec } from '../qemu/argv.ts';
import { launchQemu, type Qemu } from '../qemu/launch.ts';
import { deathOf } from './death.ts';
import { type Sample, slowness } from './progress/sample.ts';
import { isStopped, type Sampler, startSampler } from './progress/sampler.ts';
import { type Budget, heldBack, watchProgress } from './progress/watch.ts';
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
  /** The processes that read and write for it outside of QEMU, such as virtiofsd. */
  readonly helpers?: readonly number[];
  readonly signal: AbortSignal;
}

/** A wait at the guest: what for, and how long. */
export type Patience = Waiting &
  (
    | {
        /** In seconds by the clock: for what comes soon or not at all. */
        readonly timeout: number;
        readonly budget?: Budget;
      }
    | {
        readonly timeout?: undefined;
        /** For as long as the guest gets on. */
        readonly budget: Budget;
      }
  );

interface Waiting {
  readonly awaiting: string;
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

/** Seconds until a person would press the button once more: on a busy host a login prompt is there before who listens to it. */
const PRESSED_AGAIN = 10;

/** Matches nothing: for a wait that only what must not come can end. */
const NOTHING = /(?!)/;

/** In seconds, eleven days: such a wait ends with the one it accompanies, or by its budget. */
const AS_LONG_AS_THE_OTHER = 1e6;

/** A running guest: QEMU, the channels into it and its network segment. Disposing of it ends it. */
export class Machine implements AsyncDisposable {
  readonly qemu: Qemu;
  readonly neighbour: Neighbour;
  readonly #segment: Segment;
  readonly #signal: AbortSignal;
  readonly #log: string;
  readonly #lifelines: readonly Promise<never>[];
  readonly #sampler: Sampler;
  /** Where on the console the life of the present system begins; what came before it concerns nobody any more. */
  #begin = 0;

  private constructor(qemu: Qemu, segment: Segment, { signal, log, lifelines = [], helpers = [] }: MachineOptions) {
    this.qemu = qemu;
    this.neighbour = new Neighbour(segment);
    this.#segment = segment;
    this.#signal = signal;
    this.#log = log;
    this.#lifelines = lifelines;
    this.#sampler = startSampler({ qemu, helpers });
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
    const { awaiting, timeout = AS_LONG_AS_THE_OTHER, budget, signal } = patience;
    const wait = (over: AbortSignal) => ({ ...patience, timeout, signal: this.#either(over, signal) });
    return this.whileAlive(awaiting, (over) => this.qemu.console.waitFor(pattern, wait(over)), budget);
  }

  /** Has the shell on the console run a command. */
  execute(command: string, patience: Patience): Promise<Executed> {
    const { awaiting, timeout = AS_LONG_AS_THE_OTHER, budget } = patience;
    const wait = (over: AbortSignal) => ({ ...patience, timeout, signal: this.#either(over) });
    return this.whileAlive(awaiting, (over) => this.qemu.console.execute(command, wait(over)), budget);
  }

  /** Waits until QEMU has reported a reset since the mark. */
  async reset(mark: Mark, { awaiting, timeout = AS_LONG_AS_THE_OTHER, budget, signal }: Patience): Promise<void> {
    const wait = (over: AbortSignal) => ({ awaiting, timeout, from: mark.events, signal: this.#either(over, signal) });
    await this.whileAlive(awaiting, (over) => this.qemu.qmp.waitForEvent('RESET', wait(over)), budget);
  }

  /** Asks the guest from outside to power itself off, and waits until it has, which ends QEMU. */
  async powerOff(
    { awaiting, timeout = AS_LONG_AS_THE_OTHER, budget }: Patience,
    by: 'button' | 'agent',
  ): Promise<void> {
    const { qmp, agent } = this.qemu;
    // A guest that is off already was not powered off by this.
    await this.whileAlive(awaiting, () => qmp.execute('query-status'));
    const ask = async (over: AbortSignal) => {
      const signal = this.#either(over);
      const until = Date.now() + timeout * 1000;
      // The agent answers nothing; its channel ends with QEMU.
      if (by === 'agent') await agent.call('guest-shutdown', { mode: 'powerdown' }, { timeout, signal });
      while (by === 'button' && Date.now() < until) {
        await qmp.execute('system_powerdown');
        await sleep(PRESSED_AGAIN * 1000, undefined, { signal, ref: false });
      }
      await sleep(Math.max(0, until - Date.now()), undefined, { signal, ref: false });
    };
    let instead = `not seen within ${timeout} s`;
    try {
      await this.whileAlive(awaiting, ask, budget);
    } catch (error) {
      if (error instanceof StubMatrixError && error.code === 'guest-powered-off') return;
      if (!(error instanceof GuestFailure && error.code === 'hung')) throw error;
      // It stands still as one does that has heard nothing.
      instead = error.message;
    }
    const message = `${awaiting}, after asking for it by the ${by}: ${instead}`;
    throw new GuestFailure({ code: 'no-power-off', message });
  }

  /** What it has done so far, as seen from outside; oldest first. */
  get samples(): readonly Sample[] {
    return this.#sampler.samples;
  }

  /** How many times longer than on a free host it takes the guest at present to do something: from 1 to 10. */
  get slowness(): number {
    return slowness(this.#sampler.samples);
  }

  /**
   * Runs `work`, unless before it settles the guest dies, loses what it cannot live without, or says on its console that it is
   * about to die: then the reason of that is thrown, which explains more than whatever `work` would come to. With a budget, also
   * unless it no longer gets on.
   *
   * @param work its signal is aborted when nobody waits for it any more
   */
  async whileAlive<T>(awaiting: string, work: (over: AbortSignal) => Promise<T>, budget?: Budget): Promise<T> {
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
    const stuck = budget ? [watchProgress(this.#sampler, this.qemu, { awaiting, budget, signal: over.signal })] : [];
    const working = work(over.signal);
    for (const each of [died, doomed, working, ...stuck]) each.catch(() => {});
    try {
      return await Promise.race([working, died, doomed as Promise<never>, ...stuck, ...this.#lifelines]);
    } catch (error) {
      // Whatever a guest failed to do that nobody let run.
      if (error instanceof GuestFailure && isStopped(this.qemu.pid)) throw heldBack('stopped', awaiting, this.qemu.pid);
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
    this.#sampler[Symbol.dispose]();
    this.qemu.release();
    await this.#segment[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sampler[Symbol.dispose]();
    this.neighbour[Symbol.dispose]();
    await this.qemu[Symbol.asyncDispose]();
    await this.#segment[Symbol.asyncDispose]();
  }

  #either(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
    return AbortSignal.any([this.#signal, ...signals.filter((each) => each !== undefined)]);
  }
}
