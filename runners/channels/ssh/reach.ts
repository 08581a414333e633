import { setTimeout as sleep } from 'node:timers/promises';
import { GuestFailure } from '../../errors.ts';
import { type AttemptResult, attemptConnection, type Endpoint, type NextMethod } from './attempt.ts';

export interface Reaching {
  /** In seconds, for all attempts together. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** What the connection is for, to be named when it does not come: `debian13's SSH server after the reboot`. */
  readonly awaiting: string;
}

export type Reached = Extract<AttemptResult, { kind: 'open' | 'refused' }>;

const PAUSE_MS = 500;

/**
 * Connects anew until the server lets in or refuses. `methods` is called for each attempt, since each has to begin with the
 * first method of authentication again.
 *
 * @throws GuestFailure `ssh-unreachable` naming the phase in which the last attempt stuck; `ssh-no-agreement`.
 */
export async function reach(endpoint: Endpoint, methods: () => NextMethod, reaching: Reaching): Promise<Reached> {
  const { timeout, signal, awaiting } = reaching;
  const { host, port, user } = endpoint;
  const deadline = performance.now() + timeout * 1000;
  const command = `ssh -p ${port} ${user}@${host}`;
  let attempts = 0;
  for (;;) {
    const left = (deadline - performance.now()) / 1000;
    const result = await attemptConnection(endpoint, methods(), left, signal);
    attempts++;
    if (result.kind === 'open' || result.kind === 'refused') return result;
    if (result.kind === 'no-agreement') {
      throw new GuestFailure({ code: 'ssh-no-agreement', message: `${awaiting}: ${result.because}`, command });
    }
    if (performance.now() + PAUSE_MS >= deadline) {
      throw new GuestFailure({
        code: 'ssh-unreachable',
        message: `${awaiting}: not reached within ${timeout} s, ${attempts} attempts; the last one stuck in the phase "${result.phase}": ${result.because}`,
        hint: 'see on the console whether the SSH server started',
        command: `${command} -v`,
      });
    }
    await sleep(PAUSE_MS, undefined, signal ? { signal } : {});
  }
}
