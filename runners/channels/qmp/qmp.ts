import type { Duplex } from 'node:stream';
import { GuestFailure, HarnessError } from '../../errors.ts';
import { type WaitOptions, within } from '../deadline.ts';
import { LineCutter } from '../json-lines.ts';
import { connectSocket } from '../socket.ts';
import type { QmpEvent, QmpEventName, QmpMessage, QmpRefusal } from './messages.ts';

export interface EventWait extends WaitOptions {
  /** Index into `events` of the first that counts: 0 for any since the start, `events.length` for those to come. */
  readonly from: number;
}

interface Call {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** QEMU answers at once or is stuck; under TCG on a loaded host "at once" may be seconds. */
const CALL_TIMEOUT = 30;

function refused(command: string, { class: kind, desc }: QmpRefusal): HarnessError {
  return new HarnessError({ code: 'qmp-error', message: `QMP ${command}: ${kind}: ${desc}` });
}

/** QEMU's control channel. QEMU serves one client at a time. */
export class Qmp implements Disposable {
  readonly #stream: Duplex;
  readonly #lines = new LineCutter();
  readonly #events: QmpEvent[] = [];
  readonly #calls = new Map<number, Call>();
  readonly #waits = new Set<() => void>();
  #lastId = 0;
  readonly #ended = Promise.withResolvers<void>();
  #closed = false;
  #version = '';
  readonly #greeting = Promise.withResolvers<void>();

  private constructor(stream: Duplex) {
    this.#stream = stream;
    // Nobody may be waiting for the greeting when QEMU goes; the next call says so.
    this.#greeting.promise.catch(() => {});
    stream.on('data', (chunk: Buffer) => {
      for (const line of this.#lines.push(chunk)) this.#receive(JSON.parse(line.toString('utf8')));
    });
    stream.on('close', () => this.#close());
  }

  /**
   * Connects and is ready for commands.
   *
   * @throws HarnessError `socket-silent`, `qmp-silent` when there is no greeting (another client is connected), `qemu-gone`.
   */
  static async connect(path: string, options: WaitOptions): Promise<Qmp> {
    const qmp = new Qmp(await connectSocket(path, options));
    try {
      const late = () =>
        new HarnessError({
          code: 'qmp-silent',
          message: `${options.awaiting}: QEMU did not greet us on ${path}; another client may be connected`,
        });
      await within(options, late, () => qmp.#greeting.promise);
      await qmp.execute('qmp_capabilities');
      return qmp;
    } catch (error) {
      qmp[Symbol.dispose]();
      throw error;
    }
  }

  /** QEMU's version, `7.2.22`. */
  get version(): string {
    return this.#version;
  }

  /** All that happened since the connection, oldest first. */
  get events(): readonly QmpEvent[] {
    return this.#events;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when QEMU has hung up and all that it said is in `events`. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /**
   * Runs a QMP command and returns its `return`. `timeout` in seconds.
   *
   * @throws HarnessError `qmp-error` with the class and words of QEMU, `qmp-silent`, `qemu-gone`.
   */
  async execute<T = unknown>(
    command: string,
    args: Readonly<Record<string, unknown>> = {},
    { timeout = CALL_TIMEOUT, signal }: { readonly timeout?: number; readonly signal?: AbortSignal } = {},
  ): Promise<T> {
    if (this.#closed) throw this.#gone(`QMP ${command}`);
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#calls.set(id, { command, resolve, reject });
    this.#stream.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    const awaiting = `QMP ${command}`;
    const late = () => new HarnessError({ code: 'qmp-silent', message: `${awaiting}: no answer within ${timeout} s` });
    try {
      return (await within({ awaiting, timeout, signal }, late, () => promise)) as T;
    } finally {
      this.#calls.delete(id);
    }
  }

  /** Runs a line of the human monitor and returns what it prints: for the few things QMP does not tell. */
  hmp(line: string): Promise<string> {
    return this.execute<string>('human-monitor-command', { 'command-line': line });
  }

  /**
   * Waits for an event, or takes one from `from` on that already came.
   *
   * @throws GuestFailure `event-timeout`; HarnessError `qemu-gone`.
   */
  async waitForEvent(name: QmpEventName | readonly QmpEventName[], options: EventWait): Promise<QmpEvent> {
    const names: readonly string[] = typeof name === 'string' ? [name] : name;
    const { promise, resolve, reject } = Promise.withResolvers<QmpEvent>();
    let looked = options.from;
    const look = () => {
      for (; looked < this.#events.length; looked++) {
        const event = this.#events[looked];
        if (event && names.includes(event.name)) return resolve(event);
      }
      if (this.#closed) reject(this.#gone(options.awaiting));
    };
    const late = () =>
      new GuestFailure({
        code: 'event-timeout',
        message: `${options.awaiting}: no ${names.join(' or ')} from QEMU within ${options.timeout} s`,
      });
    this.#waits.add(look);
    look();
    try {
      return await within(options, late, () => promise);
    } finally {
      this.#waits.delete(look);
    }
  }

  [Symbol.dispose](): void {
    this.#stream.destroy();
  }

  #receive(message: QmpMessage): void {
    if ('QMP' in message) {
      const { major, minor, micro } = message.QMP.version.qemu;
      this.#version = `${major}.${minor}.${micro}`;
      this.#greeting.resolve();
    } else if ('event' in message) {
      const { event: name, data = {}, timestamp } = message;
      this.#events.push({ name, data, time: timestamp.seconds * 1000 + timestamp.microseconds / 1000 });
      for (const look of [...this.#waits]) look();
    } else {
      const call = this.#calls.get(message.id);
      if ('return' in message) call?.resolve(message.return);
      else call?.reject(refused(call.command, message.error));
    }
  }

  #close(): void {
    this.#closed = true;
    this.#ended.resolve();
    this.#greeting.reject(this.#gone('the greeting of QEMU'));
    for (const { command, reject } of this.#calls.values()) reject(this.#gone(`QMP ${command}`));
    for (const look of [...this.#waits]) look();
  }

  #gone(awaiting: string): HarnessError {
    const last = this.#events.at(-1);
    const said = last ? `; its last event was ${last.name} ${JSON.stringify(last.data)}` : '';
    return new HarnessError({ code: 'qemu-gone', message: `${awaiting}: QEMU closed its control channel${said}` });
  }
}
