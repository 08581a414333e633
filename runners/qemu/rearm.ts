import { rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { type WaitOptions, within } from '../channels/deadline.ts';
import type { Qmp } from '../channels/qmp/qmp.ts';
import { connectSocket } from '../channels/socket.ts';
import { HarnessError } from '../errors.ts';

/**
 * QEMU's riscv64 saves what a hart's timer is set to, but not that it runs: in a loaded guest no timer goes off until the
 * kernel happens to set one again, and without one it may never come to that. Writing the register's own value back into it
 * through QEMU's debugger interface starts the timer anew; where it runs already that changes nothing.
 */

export interface RearmOptions extends WaitOptions {
  /** Absolute path of a socket that does not exist yet, in a folder that is ours alone. */
  readonly socket: string;
  /** The number of the control register. */
  readonly register: number;
  readonly harts: number;
}

/** Which of QEMU's descriptions lists the control registers. */
const DESCRIPTION = 'riscv-csr.xml';

/** Characters of it at a time, in hexadecimal; the most that QEMU gives. */
const PIECE = 'f00';

/** GDB's remote protocol, as much of it as asking takes: `$TEXT#SUM`, acknowledged by `+`. */
class Debugger {
  readonly #socket: Socket;
  #received = '';
  #news = Promise.withResolvers<void>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      this.#received += text;
      this.#wake();
    });
    socket.on('close', () => this.#wake());
  }

  async ask(question: string): Promise<string> {
    const sum = [...Buffer.from(question, 'latin1')].reduce((total, byte) => (total + byte) & 0xff, 0);
    this.#socket.write(`$${question}#${sum.toString(16).padStart(2, '0')}`);
    for (;;) {
      const answer = /\$([^#]*)#[0-9a-f]{2}/.exec(this.#received);
      if (answer) {
        this.#received = this.#received.slice(answer.index + answer[0].length);
        this.#socket.write('+');
        return answer[1] ?? '';
      }
      if (this.#socket.destroyed) throw new Error('QEMU has hung up');
      await this.#news.promise;
    }
  }

  #wake(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }
}

/** A control register that QEMU always describes, and its number; from it the places of all others follow. */
const KNOWN = { name: 'sstatus', number: 0x100 };

/** By which number GDB knows a control register. QEMU does not describe those whose device comes to be after the hart. */
async function placeOf(register: number, debug: Debugger): Promise<string> {
  let text = '';
  for (let more = true; more; ) {
    const piece = await debug.ask(`qXfer:features:read:${DESCRIPTION}:${text.length.toString(16)},${PIECE}`);
    more = piece.startsWith('m');
    text += piece.slice(1);
  }
  const place = new RegExp(`<reg name="${KNOWN.name}"[^>]* regnum="(\\d+)"`).exec(text)?.[1];
  if (place === undefined) throw new Error(`QEMU describes no register ${KNOWN.name}`);
  return (Number(place) - KNOWN.number + register).toString(16);
}

/**
 * Writes a control register of every hart with what is in it. The machine is paused, and stays so.
 *
 * @throws HarnessError `timers-not-rearmed`
 */
export async function rearm(qmp: Qmp, options: RearmOptions): Promise<void> {
  const failed = (why: string, cause?: unknown) =>
    new HarnessError({ code: 'timers-not-rearmed', message: `${options.awaiting}: ${why}`, cause });
  try {
    await within(
      options,
      () => failed(`not done within ${options.timeout} s`),
      async (signal) => {
        await qmp.hmp(`gdbserver unix:${options.socket},server=on,wait=off`);
        using socket = disposed(await connectSocket(options.socket, { ...options, signal }));
        const debug = new Debugger(socket.value);
        const place = await placeOf(options.register, debug);
        for (let hart = 1; hart <= options.harts; hart++) {
          await debug.ask(`Hg${hart.toString(16)}`);
          const value = await debug.ask(`p${place}`);
          const answer = await debug.ask(`P${place}=${value}`);
          if (answer !== 'OK') throw new Error(`hart ${hart} does not take ${value}: ${answer}`);
        }
      },
    );
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error instanceof HarnessError ? error : failed(error instanceof Error ? error.message : String(error), error);
  } finally {
    await qmp.hmp('gdbserver none').catch(() => {});
    await rm(options.socket, { force: true });
  }
}

function disposed(value: Socket): Disposable & { readonly value: Socket } {
  return { value, [Symbol.dispose]: () => value.destroy() };
}
