import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Cell } from '../../../runners/cell/cell.ts';
import { scratchFolder } from '../../harness/lone-cell.ts';

/*
 * Just enough of GDB's remote protocol to change a register of a guest, for faults that no program can have at will.
 * https://sourceware.org/gdb/current/onlinedocs/gdb.html/Remote-Protocol.html
 */

/** Its number among the registers of x86_64. */
const RIP = '10';
const lowestByteFirst = (address: string) => Buffer.from(address.padStart(16, '0'), 'hex').reverse().toString('hex');

function packets(socket: Socket) {
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk;
  });
  const answer = async () => {
    for (;;) {
      const found = /\$([^#]*)#[0-9a-f]{2}/.exec(received);
      if (found) {
        received = received.slice(found.index + found[0].length);
        socket.write('+');
        return found[1] as string;
      }
      await once(socket, 'data');
    }
  };
  const send = (words: string) => {
    const sum = Buffer.from(words).reduce((total, byte) => (total + byte) & 0xff, 0);
    socket.write(`$${words}#${sum.toString(16).padStart(2, '0')}`);
  };
  return (words: string) => {
    send(words);
    return answer();
  };
}

/** Of the guest's kernel, as a hexadecimal number; 0 is where nothing is. */
export const addressOf = async (cell: Cell, symbol: string): Promise<string> =>
  (await cell.guest.shell(`sed -n 's/ [tTW] ${symbol}$//p' /proc/kallsyms`)).trim();

/** Has the processor that gets to the first address next go on at the second instead: a call that ends up somewhere else. */
export async function divert(cell: Cell, stack: AsyncDisposableStack, from: string, to: string): Promise<void> {
  const path = join(await scratchFolder(stack), 'gdb');
  await cell.machine.qemu.qmp.hmp(`gdbserver unix:${path},server=on,wait=off`);
  const socket = connect(path);
  stack.defer(() => void socket.destroy());
  await once(socket, 'connect');
  const ask = packets(socket);
  await ask(`Z1,${from},1`);
  const [, thread] = /thread:(\w+)/.exec(await ask('c')) ?? [];
  await ask(`z1,${from},1`);
  await ask(`Hg${thread}`);
  await ask(`P${RIP}=${lowestByteFirst(to)}`);
  await ask('D');
}
