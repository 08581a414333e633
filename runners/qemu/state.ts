import { createReadStream, createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { within } from '../channels/deadline.ts';
import type { Qmp } from '../channels/qmp/qmp.ts';
import { connectSocket } from '../channels/socket.ts';
import { HarnessError, StubMatrixError } from '../errors.ts';

/**
 * A machine's memory and the state of its devices: QEMU's migration stream, compressed, in a file of its own.
 *
 * QEMU does not open the file, the stream passes through us over a UNIX socket: that works in QEMU's sandbox and with every
 * version since 7.2, and any number of guests can be loaded at a time from one file, which nobody writes to.
 */

export interface StateOptions {
  /** Absolute path of a socket that does not exist yet, in a folder that is ours alone. */
  readonly socket: string;
  /** For all of it, in seconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes a second. Left alone, QEMU keeps to 128 MiB out of regard for a network. */
const UNTHROTTLED = 2 ** 40;

/** In bytes. With Node's own sizes, hundreds of megabytes are tens of thousands of events, which take thrice the time. */
const CHUNK = 2 ** 20;

const ZSTD = { chunkSize: CHUNK, params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Between two looks at how far QEMU is, in milliseconds. */
const LOOK = 20;

interface Migration {
  readonly status?: string;
  readonly 'error-desc'?: string;
}

/** Waits until QEMU has sent or taken the whole state. */
async function ended(qmp: Qmp, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { status, 'error-desc': why } = await qmp.execute<Migration>('query-migrate', {}, { signal });
    if (status === 'completed') return;
    if (status === 'failed') throw new Error(why ?? 'QEMU gives no reason');
    await sleep(LOOK, undefined, { signal });
  }
}

/** What a stream says when the other side has hung up. */
const HUNG_UP = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);

/** Runs `work` under the deadline. What goes wrong in it, other than an abort, becomes a HarnessError `code`. */
async function attempted(
  code: string,
  what: string,
  options: StateOptions,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = (why: string, cause?: unknown) => new HarnessError({ code, message: `${what}: ${why}`, cause });
  const late = () => failed(`not done within ${options.timeout} s`);
  try {
    await within({ awaiting: what, ...options }, late, work);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof StubMatrixError && error.code === code) throw error;
    throw failed(error instanceof Error ? error.message : String(error), error);
  } finally {
    await rm(options.socket, { force: true });
  }
}

/**
 * Writes the state of a paused machine into `file`, which must not exist. The machine stays paused; until it goes on
 * (`cont`) QEMU has let go of its disks, and what lies in their files is whole. After a failure a part of `file` may be there.
 *
 * @throws HarnessError `state-not-saved` with QEMU's reason, such as a device whose state cannot be taken.
 */
export async function saveState(qmp: Qmp, file: string, options: StateOptions): Promise<void> {
  await attempted('state-not-saved', "saving the machine's state", options, async (signal) => {
    await qmp.execute('migrate-set-parameters', { 'max-bandwidth': UNTHROTTLED });
    const connected = Promise.withResolvers<Socket>();
    const server = createServer(connected.resolve);
    try {
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.socket, resolve));
      await qmp.execute('migrate', { uri: `unix:${options.socket}` });
      const written = connected.promise.then((source) =>
        pipeline(source, createZstdCompress(ZSTD), createWriteStream(file, { flags: 'wx', mode: 0o600 }), { signal }),
      );
      await Promise.all([ended(qmp, signal), written]);
    } finally {
      server.close();
    }
  });
}

/**
 * Fills a machine that was started to wait for a state (`-incoming defer`); it is paused then, and goes on where the saved
 * one stood.
 *
 * @throws HarnessError `state-not-loaded`. That QEMU is of no use any more, and may be gone.
 */
export async function loadState(qmp: Qmp, file: string, options: StateOptions): Promise<void> {
  await attempted('state-not-loaded', `loading the machine's state from ${file}`, options, async (signal) => {
    await qmp.execute('migrate-incoming', { uri: `unix:${options.socket}` });
    const target = await connectSocket(options.socket, { awaiting: 'QEMU', timeout: options.timeout, signal });
    const source = createReadStream(file, { highWaterMark: CHUNK });
    const sent = pipeline(source, createZstdDecompress({ chunkSize: CHUNK }), target, { signal });
    const damaged = sent.catch((error: NodeJS.ErrnoException) => {
      // Where QEMU refuses the state it hangs up, and its own reason is the better one.
      if (!HUNG_UP.has(error.code ?? '')) throw error;
    });
    await Promise.all([ended(qmp, signal), damaged]);
  });
}
