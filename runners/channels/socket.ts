import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../errors.ts';
import { type WaitOptions, within } from './deadline.ts';

/** The listener has not made its socket yet, or has made it and does not listen yet. */
const NOT_YET = new Set(['ENOENT', 'ECONNREFUSED']);

function connectOnce(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      // What comes later ends in 'close', which every channel looks at.
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

/**
 * Connects to a UNIX socket whose listener may only just be starting.
 *
 * @throws HarnessError `socket-silent` when nobody listens there in time.
 */
export async function connectSocket(path: string, options: WaitOptions): Promise<Socket> {
  const late = () =>
    new HarnessError({
      code: 'socket-silent',
      message: `${options.awaiting}: nobody listens at ${path} after ${options.timeout} s`,
    });
  return within(options, late, async (signal) => {
    for (;;) {
      signal.throwIfAborted();
      try {
        const socket = await connectOnce(path);
        if (!signal.aborted) return socket;
        socket.destroy();
      } catch (error) {
        if (!NOT_YET.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      }
      await sleep(20, undefined, { signal });
    }
  });
}
