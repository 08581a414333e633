/** What every wait takes. */
export interface WaitOptions {
  /** What is being waited for, in the reader's words: `the root prompt of the stub`. Stands in the error. */
  readonly awaiting: string;
  /** In seconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` until it settles, the time is up or the signal is aborted, whichever comes first. `work` gets a signal
 * that is aborted as soon as nobody waits for it any more.
 *
 * @throws what `late` makes, when the time is up; the signal's reason, when it is aborted; whatever `work` throws.
 */
export async function within<T>(
  { timeout, signal }: WaitOptions,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeout * 1000);
    signal?.addEventListener('abort', () => reject(signal.reason), { signal: over.signal });
  });
  try {
    return await Promise.race([work(over.signal), ended]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}
