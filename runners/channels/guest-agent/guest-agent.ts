import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { GuestFailure, HarnessError } from '../../errors.ts';
import { type WaitOptions, within } from '../deadline.ts';
import { LineCutter } from '../json-lines.ts';
import { connectSocket } from '../socket.ts';

/** What every call to the agent takes. The agent may not run yet: a call waits for it as long as its time allows. */
export interface AgentOptions {
  /** In seconds. */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
}

/** `guest-get-osinfo`; all from /etc/os-release and uname, missing where the guest does not know. */
export interface OsInfo {
  readonly id?: string;
  readonly name?: string;
  readonly 'pretty-name'?: string;
  readonly version?: string;
  readonly 'version-id'?: string;
  readonly 'variant-id'?: string;
  readonly 'kernel-release'?: string;
  readonly 'kernel-version'?: string;
  readonly machine?: string;
}

export interface GuestAddress {
  readonly 'ip-address': string;
  readonly 'ip-address-type': 'ipv4' | 'ipv6';
  readonly prefix: number;
}

export interface GuestInterface {
  readonly name: string;
  readonly 'hardware-address'?: string;
  readonly 'ip-addresses'?: readonly GuestAddress[];
}

export interface AgentExecResult {
  /** 128 + the number of the signal, for a command that a signal ended. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface ExecStatus {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly signal?: number;
  readonly 'out-data'?: string;
  readonly 'err-data'?: string;
}

interface Answer {
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
}

/** The byte that no JSON and no UTF-8 contains: both sides forget what came before it. */
const FLUSH = 0xff;

/** How long an agent that runs may take for the hand shake, in seconds; then we ask anew. */
const SYNC_PATIENCE = 2;

const DEFAULT_TIMEOUT = 30;

function json(request: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(`${JSON.stringify(request)}\n`);
}

function decoded(base64: string | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString('utf8');
}

function silent(command: string, timeout: number): GuestFailure {
  return new GuestFailure({
    code: 'agent-silent',
    message: `${command}: no answer from the guest agent within ${timeout} s`,
    hint: 'Look in the guest whether qemu-guest-agent is installed and runs: systemctl status qemu-guest-agent',
  });
}

/**
 * The QEMU guest agent inside the guest, by its socket on our side. Calls are made one after the other. Each begins
 * with a hand shake, since the agent comes and goes with every boot, and answers to older questions may be under way.
 */
export class GuestAgent implements Disposable {
  readonly #stream: Duplex;
  readonly #lines = new LineCutter();
  #receiver: ((answer: Answer) => void) | undefined;
  #closed = false;
  #onClose: (() => void) | undefined;
  #lastSync = Math.floor(Math.random() * 0x3fff_ffff);
  #previous: Promise<unknown> = Promise.resolve();

  private constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      for (const line of this.#lines.push(chunk)) this.#receive(line);
    });
    stream.on('close', () => {
      this.#closed = true;
      this.#onClose?.();
    });
  }

  /** Connects to QEMU's end; whether an agent runs in the guest shows at the first call. @throws HarnessError `socket-silent`. */
  static async connect(path: string, options: WaitOptions): Promise<GuestAgent> {
    return new GuestAgent(await connectSocket(path, options));
  }

  async ping(options?: AgentOptions): Promise<void> {
    await this.call('guest-ping', {}, options);
  }

  osinfo(options?: AgentOptions): Promise<OsInfo> {
    return this.call('guest-get-osinfo', {}, options);
  }

  networkInterfaces(options?: AgentOptions): Promise<readonly GuestInterface[]> {
    return this.call('guest-network-get-interfaces', {}, options);
  }

  /**
   * Runs a command in the guest to its end; `timeout` is for the whole. Where that is over, the command goes on.
   *
   * @throws GuestFailure `agent-exec-timeout`, and as `call` does.
   */
  async exec(argv: readonly [string, ...string[]], options: AgentOptions = {}): Promise<AgentExecResult> {
    const { timeout = DEFAULT_TIMEOUT } = options;
    const [path, ...arg] = argv;
    const awaiting = `guest-exec ${argv.join(' ')}`;
    let pid: number | undefined;
    const late = () =>
      pid === undefined
        ? silent(awaiting, timeout)
        : new GuestFailure({ code: 'agent-exec-timeout', message: `${awaiting}: not ended within ${timeout} s` });
    const status = await within({ awaiting, timeout, signal: options.signal }, late, async (signal) => {
      const request = { path, arg, 'capture-output': true };
      ({ pid } = await this.call<{ pid: number }>('guest-exec', request, { timeout, signal }));
      for (let pause = 50; ; pause = Math.min(pause * 2, 1000)) {
        const status = await this.call<ExecStatus>('guest-exec-status', { pid }, { timeout, signal });
        if (status.exited) return status;
        await sleep(pause, undefined, { signal });
      }
    });
    return {
      exitCode: status.exitcode ?? 128 + (status.signal ?? 0),
      stdout: decoded(status['out-data']),
      stderr: decoded(status['err-data']),
    };
  }

  /**
   * Runs any command of the agent and returns its `return`.
   *
   * @throws GuestFailure `agent-silent` when no agent answers in time, `agent-error` with the words of the agent.
   * @throws HarnessError `agent-closed` when QEMU hangs up.
   */
  call<T = unknown>(
    command: string,
    args: Readonly<Record<string, unknown>> = {},
    options: AgentOptions = {},
  ): Promise<T> {
    const { timeout = DEFAULT_TIMEOUT, signal } = options;
    const turn = this.#previous.then(() =>
      within(
        { awaiting: command, timeout, signal },
        () => silent(command, timeout),
        async (over) => {
          await this.#sync(command, over);
          return this.#ask(command, json({ execute: command, arguments: args }), over);
        },
      ),
    );
    this.#previous = turn.catch(() => {});
    return turn.then(({ error, return: value }) => {
      if (error === undefined) return value as T;
      throw new GuestFailure({ code: 'agent-error', message: `${command}: ${error.class}: ${error.desc}` });
    });
  }

  [Symbol.dispose](): void {
    this.#stream.destroy();
  }

  /** Asks with a number of its own each time, until the answer has just that number: then nothing old is left. */
  async #sync(command: string, over: AbortSignal): Promise<void> {
    for (;;) {
      const id = ++this.#lastSync;
      // The agent may complain about the byte in front; that complaint is no answer either.
      const request = json({ execute: 'guest-sync-delimited', arguments: { id } });
      const patience = AbortSignal.any([over, AbortSignal.timeout(SYNC_PATIENCE * 1000)]);
      const wanted = (answer: Answer) => answer.return === id;
      const answer = await this.#ask(command, Buffer.concat([Buffer.of(FLUSH), request]), patience, wanted).catch(
        (error: unknown) => {
          if (over.aborted || error instanceof HarnessError) throw error;
          return undefined;
        },
      );
      if (answer) return;
    }
  }

  #ask(
    command: string,
    request: Buffer,
    over: AbortSignal,
    wanted: (answer: Answer) => boolean = () => true,
  ): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      const gone = () =>
        reject(
          new HarnessError({ code: 'agent-closed', message: `${command}: QEMU closed the guest agent's channel` }),
        );
      if (this.#closed) return gone();
      if (over.aborted) return reject(over.reason);
      this.#onClose = gone;
      this.#receiver = (answer) => {
        if (wanted(answer)) resolve(answer);
      };
      over.addEventListener('abort', () => reject(over.reason), { once: true });
      this.#stream.write(request);
    }).finally(() => {
      this.#receiver = undefined;
      this.#onClose = undefined;
    });
  }

  #receive(line: Buffer): void {
    const text = line
      .subarray(line.lastIndexOf(FLUSH) + 1)
      .toString('utf8')
      .trim();
    if (text === '') return;
    try {
      this.#receiver?.(JSON.parse(text));
    } catch {
      // Half an answer, from before the guest was reset. The question is asked anew.
    }
  }
}
