/**
 * Waits for the first value that `listen` hands out; `undefined` when `seconds` have passed without one. `listen` is called
 * at once and returns the way to stop, so nothing that happens after the call is missed.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function firstWithin<T>(
  seconds: number,
  signal: AbortSignal | undefined,
  listen: (found: (value: T) => void) => () => void,
): Promise<T | undefined> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<T | undefined>();
  const timer = setTimeout(() => resolve(undefined), seconds * 1000);
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const stop = listen(resolve);
  try {
    return await promise;
  } finally {
    stop();
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
