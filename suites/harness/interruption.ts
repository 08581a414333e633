import { cancelChannel } from './input.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Seconds from the first signal on which the cells have for being taken down in order. */
const bound = 30;

export interface Interruption extends Disposable {
  readonly interrupted: boolean;
  /** Aborted with the first signal. */
  readonly signal: AbortSignal;
  /** Resolves when the cells have had their time. */
  readonly outOfTime: Promise<void>;
}

/**
 * While it lives, the first SIGINT, SIGTERM or SIGHUP asks the suite's thread to end in order, the next one ends the process.
 *
 * @param now called before the process ends at once; what must be on disk is written here, synchronously
 */
export function watchForInterruption(run: string, note: (text: string) => void, now: () => void): Interruption {
  const channel = cancelChannel(run);
  const outOfTime = Promise.withResolvers<void>();
  const timers: NodeJS.Timeout[] = [];
  const first = new AbortController();
  let interrupted = false;
  const onSignal = (signal: string) => {
    if (interrupted) {
      now();
      process.exit(130);
    }
    interrupted = true;
    first.abort(new Error('the run was interrupted'));
    note(`${signal}: taking the cells down, ${bound} s at most; once more to leave at once`);
    // Again and again: a thread that is still starting hears it as soon as it listens.
    timers.push(setInterval(() => channel.postMessage('cancel'), 100));
    timers.push(setTimeout(() => outOfTime.resolve(), bound * 1000));
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    get interrupted() {
      return interrupted;
    },
    signal: first.signal,
    outOfTime: outOfTime.promise,
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, onSignal);
      for (const timer of timers) clearInterval(timer);
      channel.close();
    },
  };
}
