import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { WriteStream } from 'node:tty';

/**
 * A terminal that is written to without ever waiting for it. Node's own stream waits: a terminal that is halted by Ctrl-S, or whose
 * other end is slow, would halt the run with it, deaf to Ctrl-C.
 */
export interface Sink extends Disposable {
  readonly isTTY: true;
  readonly columns: number;
  readonly rows: number;
  write(text: string): boolean;
  /** Whether all that was written is out. While it is not, nothing more should be drawn. */
  readonly idle: boolean;
}

/** Milliseconds after which a terminal that took nothing is tried again. */
const again = 50;

/** What is left over at its disposal goes out by the stream, in order with what is written there next. */
export function openSink(stream: WriteStream): Sink {
  // As it is now: what others write to it may be taken to another place meanwhile.
  const write = stream.write.bind(stream);
  const file = reopened((stream as WriteStream & { readonly fd: number }).fd);
  let rest: Buffer = Buffer.alloc(0);
  let timer: NodeJS.Timeout | undefined;
  const push = () => {
    timer = undefined;
    try {
      while (file !== undefined && rest.length > 0) rest = rest.subarray(writeSync(file, rest));
    } catch (error) {
      // A terminal that is gone takes nothing any more.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') rest = Buffer.alloc(0);
      else timer = setTimeout(push, again);
    }
  };
  return {
    isTTY: true,
    // A terminal may not know its size, and says 0.
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    get idle() {
      return rest.length === 0;
    },
    write(text) {
      if (file === undefined) return write(text);
      rest = Buffer.concat([rest, Buffer.from(text)]);
      if (timer === undefined) push();
      return rest.length === 0;
    },
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      if (file !== undefined) closeSync(file);
      if (rest.length > 0) write(rest);
    },
  };
}

/** The same terminal, opened once more: only what is said of this opening does not hold for others that have it open, as the shell. */
function reopened(descriptor: number): number | undefined {
  try {
    return openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // Another user's, after `su`, or one of outside this container: then it is written to as Node does.
    return undefined;
  }
}
