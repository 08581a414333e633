import { join } from 'node:path';
import { explain } from '../../runners/errors.ts';
import { LogReader, parseAnswered, parseAsked, parseTrouble } from './logs.ts';
import type { Mirrors } from './mirrors.ts';
import { LOGS } from './plan.ts';
import type { Recorder } from './recorder.ts';
import type { Tally } from './tally.ts';

export interface WatchParts {
  /** Where nginx writes its logs. */
  readonly folder: string;
  readonly tally: Tally;
  /** None where nobody is asked. */
  readonly mirrors: Mirrors | undefined;
  readonly recorder: Recorder;
  readonly note: (text: string) => void;
}

/** Milliseconds. A client that was cut off tries again after a second; by then it should get another mirror. */
const LOOK = 400;
/** Milliseconds. To vouch takes reading an index. */
const VOUCH = 60_000;

/** Reads nginx's logs while it writes them, and has done at once what follows from them. */
export class Watch implements Disposable {
  readonly #parts: WatchParts;
  readonly #logs: readonly LogReader[];
  readonly #timers: readonly NodeJS.Timeout[];
  /** One thing after the other. */
  #work: Promise<void> = Promise.resolve();
  #complained = false;

  constructor(parts: WatchParts) {
    this.#parts = parts;
    const { folder, tally, mirrors, recorder } = parts;
    // In this order: who answered, and who failed, is known when the answer is looked at.
    this.#logs = [
      new LogReader(join(folder, LOGS.asked), (line) => {
        const asked = parseAsked(line);
        tally.asked(asked);
        mirrors?.asked(asked);
      }),
      new LogReader(join(folder, LOGS.error), (line) => {
        const trouble = parseTrouble(line);
        const cut = trouble && mirrors?.trouble(trouble);
        if (cut) tally.cutOff(cut.id);
      }),
      new LogReader(join(folder, LOGS.answered), (line) => {
        const answered = parseAnswered(line);
        tally.answered(answered);
        this.#then(() => recorder.see(answered));
      }),
    ];
    this.#timers = [
      setInterval(() => this.#look(), LOOK),
      setInterval(() => this.#then(() => recorder.vouch()), VOUCH),
    ];
    // They must not keep a process alive that has nothing else to do.
    for (const timer of this.#timers) timer.unref();
  }

  /** Sees to all that was logged. nginx has ended. */
  async finish(): Promise<void> {
    this[Symbol.dispose]();
    this.#look();
    for (const log of this.#logs) log[Symbol.dispose]();
    const { recorder } = this.#parts;
    this.#then(() => recorder.vouch());
    await this.#work;
    recorder.close();
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #look(): void {
    for (const log of this.#logs) log.catchUp();
  }

  /** The proxy goes on answering where what it answered cannot be kept. */
  #then(act: () => Promise<void>): void {
    this.#work = this.#work.then(act).catch((error: unknown) => {
      if (!this.#complained)
        this.#parts.note(`what is fetched can no longer be kept for later runs: ${explain(error)}`);
      this.#complained = true;
    });
  }
}
