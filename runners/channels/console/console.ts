import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { GuestFailure, HarnessError } from '../../errors.ts';
import type { WaitOptions } from '../deadline.ts';
import { connectSocket } from '../socket.ts';
import { type ConsoleMatch, Search } from './search.ts';
import { TerminalReader } from './terminal.ts';
import { Transcript } from './transcript.ts';

/** A sight which makes further waiting pointless: a kernel panic, an emergency shell. */
export interface FailOn {
  readonly pattern: RegExp;
  readonly code: string;
  /** One sentence; the matched text is put behind it. */
  readonly message: string;
}

export interface ConsoleWait extends WaitOptions {
  /** A position. Behind the last match of a wait without `from`, where none is given: nothing is matched twice. */
  readonly from?: number;
  readonly failOn?: readonly FailOn[];
}

export interface Executed {
  readonly status: number;
  /** stdout and stderr as the terminal showed them, without the last line feed. */
  readonly output: string;
}

/** How many lines of the console an error quotes. */
const QUOTED_LINES = 15;

/** A terminal in canonical mode takes no longer line, whatever shell reads it. */
const LONGEST_INPUT = 4000;

/** What the terminal or the shell's line editor would act upon, instead of taking it as part of the command. */
const UNTYPABLE = /[\p{Cc}--\n]/v;

/** The guest's console: everything it ever said, and a keyboard. */
export class Console implements Disposable {
  readonly #stream: Duplex;
  readonly #reader = new TerminalReader();
  readonly #transcript = new Transcript();
  readonly #listeners = new Set<(line: string) => void>();
  /** The running waits; each looks again when there is news. */
  readonly #waits = new Set<() => void>();
  #closed = false;
  #seen = 0;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
    stream.on('close', () => {
      this.#closed = true;
      for (const look of [...this.#waits]) look();
    });
  }

  /** @throws HarnessError `socket-silent` when QEMU does not listen at `path` in time. */
  static async connect(path: string, options: WaitOptions): Promise<Console> {
    return new Console(await connectSocket(path, options));
  }

  /** The position behind the last letter, for `from`. */
  get position(): number {
    return this.#transcript.end;
  }

  /** All finished lines. */
  get lines(): readonly string[] {
    return this.#transcript.lines;
  }

  /** True once the other side is gone. What it said stays readable. */
  get closed(): boolean {
    return this.#closed;
  }

  /** The text between two positions. */
  text(from = 0, to?: number): string {
    return this.#transcript.slice(from, to);
  }

  /** The last `count` lines, the unfinished one among them. */
  tail(count: number): string[] {
    return this.#transcript.tail(count);
  }

  /** Calls `listener` with every line that is finished from now on. Returns what ends that. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Calls `listener` with every byte from now on, escape sequences and all: for a terminal. Returns what ends that. */
  onBytes(listener: (bytes: Buffer) => void): () => void {
    this.#stream.on('data', listener);
    return () => void this.#stream.off('data', listener);
  }

  send(text: string): void {
    if (this.#closed) throw this.#closedError(`something to type ${JSON.stringify(text)} at`);
    this.#stream.write(text);
  }

  sendLine(line: string): void {
    this.send(`${line}\n`);
  }

  /**
   * Waits for text. A match ends within 8 KiB of where it begins.
   *
   * @throws GuestFailure `console-timeout`, or the code of that `failOn` which is seen before the pattern.
   * @throws HarnessError `console-closed` when QEMU hangs up; the signal's reason when that is aborted.
   */
  waitFor(pattern: RegExp | string, options: ConsoleWait): Promise<ConsoleMatch> {
    const { awaiting, timeout, signal, failOn = [] } = options;
    const from = options.from ?? this.#seen;
    const wanted = new Search(this.#transcript, pattern, from);
    const unwanted = failOn.map((fail) => ({ fail, search: new Search(this.#transcript, fail.pattern, from) }));
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = () => end(() => reject(signal?.reason));
      const end = (verdict: () => void) => {
        clearTimeout(timer);
        this.#waits.delete(look);
        signal?.removeEventListener('abort', abort);
        verdict();
      };
      const fail = (code: string, message: string) =>
        end(() => reject(new GuestFailure({ code, message: `${message}; the console ends in\n${this.#quote()}` })));
      const look = () => {
        const match = wanted.look();
        for (const {
          fail: { code, message },
          search,
        } of unwanted) {
          const sight = search.look();
          if (sight && sight.position < (match?.position ?? Number.POSITIVE_INFINITY)) {
            return fail(code, `${message} (${sight.text.trim()}) while waiting for ${awaiting}`);
          }
        }
        if (match) {
          if (options.from === undefined) this.#seen = Math.max(this.#seen, match.end);
          end(() => resolve(match));
        } else if (this.#closed) {
          end(() => reject(this.#closedError(awaiting)));
        }
      };
      const late = () => fail('console-timeout', `${awaiting}: not seen within ${timeout} s`);
      const timer = setTimeout(late, timeout * 1000);
      signal?.addEventListener('abort', abort);
      this.#waits.add(look);
      look();
    });
  }

  /**
   * Types a command at the shell's prompt and waits for its end. The command may have several lines, but no other
   * control characters (a tab would complete file names); it is run by the shell itself, so `cd` and variables last. dash abandons a command that is no
   * valid shell: that ends in `console-timeout`.
   *
   * @throws GuestFailure as `waitFor` does; HarnessError `command-untypable`, `console-garbled`.
   */
  async execute(command: string, options: ConsoleWait): Promise<Executed> {
    const word = randomBytes(4).toString('hex');
    // Typed, the words stand apart; printed, they are joined: the echo of the line cannot pass for its output.
    const quoted = `'${command.replaceAll("'", "'\\''")}'`;
    const line = ` printf '%s-%s\\n' begin ${word}; eval ${quoted}; printf '%s-%s-%s\\n' end ${word} $?`;
    if (Buffer.byteLength(line) > LONGEST_INPUT || UNTYPABLE.test(command)) {
      throw new HarnessError({
        code: 'command-untypable',
        message: `${options.awaiting}: the command is longer than a terminal takes, or has control characters in it`,
      });
    }
    const from = options.from ?? this.position;
    this.sendLine(line);
    const end = await this.waitFor(new RegExp(`end-${word}-(\\d+)\\n`), { ...options, from });
    this.#seen = Math.max(this.#seen, end.end);
    const begin = new Search(this.#transcript, `begin-${word}\n`, from).look();
    if (begin === undefined) {
      throw new HarnessError({
        code: 'console-garbled',
        message: `${options.awaiting}: something wrote into the line behind which the command's output begins`,
      });
    }
    return { status: Number(end.groups[0]), output: this.text(begin.end, end.position).replace(/\n$/, '') };
  }

  [Symbol.dispose](): void {
    this.#stream.destroy();
  }

  #receive(chunk: Buffer): void {
    for (const line of this.#transcript.append(this.#reader.push(chunk))) {
      for (const listener of this.#listeners) listener(line);
    }
    for (const look of [...this.#waits]) look();
  }

  #quote(): string {
    return this.tail(QUOTED_LINES).join('\n') || '(nothing)';
  }

  #closedError(awaiting: string): HarnessError {
    return new HarnessError({
      code: 'console-closed',
      message: `QEMU closed the console while we waited for ${awaiting}; it ends in\n${this.#quote()}`,
    });
  }
}
