import type { Console } from '../channels/console/console.ts';

/** Ctrl-], as telnet has it: nothing on a Linux console wants it. */
const LEAVE = 0x1d;

/** Joins this process's terminal to a guest's console until Ctrl-] is typed, the guest ends or the signal is aborted. */
export async function attachTerminal(console: Console, ended: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { stdin, stdout } = process;
  const left = Promise.withResolvers<void>();
  const type = (bytes: Buffer) => {
    const at = bytes.indexOf(LEAVE);
    const typed = at === -1 ? bytes : bytes.subarray(0, at);
    if (typed.length > 0 && !console.closed) console.send(typed.toString());
    if (at !== -1) left.resolve();
  };
  const leave = () => left.resolve();
  stdout.write(console.text());
  const quiet = console.onBytes((bytes) => stdout.write(bytes));
  signal.addEventListener('abort', leave, { once: true });
  if (stdin.isTTY) stdin.setRawMode(true);
  stdin.on('data', type);
  stdin.on('end', leave);
  try {
    await Promise.race([left.promise, ended]);
  } finally {
    stdin.off('data', type);
    stdin.pause();
    if (stdin.isTTY) stdin.setRawMode(false);
    signal.removeEventListener('abort', leave);
    quiet();
    stdout.write('\r\n');
  }
}
