import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Cell } from '../../../runners/cell/cell.ts';

/** Machine code of x86_64 that a healthy kernel never has there. */
export const CODE = {
  /** int3 */
  breakpoint: 'cc',
  /** mov %eax, 0 */
  writeToNull: '890425 00000000',
  /** jmp to itself */
  endless: 'ebfe',
} as const;

/**
 * Overwrites the beginning of a function of the running kernel from outside, by the debugger's way into QEMU: a real mistake
 * in a real kernel. It happens to whoever calls the function next.
 */
export async function patchKernel(cell: Cell, symbol: string, code: string, folder: string): Promise<void> {
  const line = await cell.guest.shell(`grep -w ' ${symbol}$' /proc/kallsyms | head -n 1`);
  const address = line.split(' ')[0] ?? '';
  const path = join(folder, 'gdb');
  await cell.machine.qemu.qmp.execute('human-monitor-command', {
    'command-line': `gdbserver unix:${path},server=on,wait=off`,
  });
  const socket = connect(path);
  await once(socket, 'connect');
  let heard = '';
  socket.on('data', (data: Buffer) => {
    heard += data;
  });
  const say = async (packet: string) => {
    const sum = [...packet].reduce((total, letter) => total + letter.charCodeAt(0), 0) % 256;
    heard = '';
    socket.write(`+$${packet}#${sum.toString(16).padStart(2, '0')}`);
    while (!/\$[^#]*#../.test(heard)) await once(socket, 'data');
    return /\$([^#]*)#/.exec(heard)?.[1] ?? '';
  };
  const hex = code.replaceAll(' ', '');
  const answer = await say(`M${address},${(hex.length / 2).toString(16)}:${hex}`);
  if (answer !== 'OK') throw new Error(`${symbol} at "${address}" was not overwritten: ${answer}`);
  await say('D');
  socket.destroy();
}
