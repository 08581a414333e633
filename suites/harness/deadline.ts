import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../../runners/errors.ts';

/**
 * Waits for work that must not be able to hold up the run.
 *
 * @param what is awaited, as it should read after "waited 60 s for"
 * @throws HarnessError `deadline` when the seconds are over; the work itself is left to itself
 */
export async function within<T>(seconds: number, what: string, work: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: timer.signal }).then(() => {
    throw new HarnessError({ code: 'deadline', message: `waited ${seconds} s for ${what}` });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => {});
    timer.abort();
  }
}
