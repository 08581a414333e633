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
/** As a value of eight bytes. */
const NOWHERE = '0'.repeat(16);

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

/**
 * Has the processor that calls a function of the guest's kernel next go on at address 0 instead: a call of what is not there.
 *
 * @param address of that function, as /proc/kallsyms has it.
 */
export async function callNowhere(cell: Cell, stack: AsyncDisposableStack, address: string): Promise<void> {
  const path = join(await scratchFolder(stack), 'gdb');
  await cell.machine.qemu.qmp.hmp(`gdbserver unix:${path},server=on,wait=off`);
  const socket = connect(path);
  stack.defer(() => void socket.destroy());
  await once(socket, 'connect');
  const ask = packets(socket);
  await ask(`Z1,${address},1`);
  const [, thread] = /thread:(\w+)/.exec(await ask('c')) ?? [];
  await ask(`z1,${address},1`);
  await ask(`Hg${thread}`);
  await ask(`P${RIP}=${NOWHERE}`);
  await ask('D');
}
