import { readFileSync } from 'node:fs';

/** What threads and processes have used, as /proc tells of it. `undefined` where it is gone or is not ours to look into. */

/** In seconds since the thread began. */
export interface ThreadTime {
  /** It ran on a core. */
  readonly ran: number;
  /** It could have run, and no core was free: what a busy host kept from it. 0 where the kernel does not count it. */
  readonly waited: number;
}

/** The unit of the times in /proc/PID/stat, whatever the kernel's own is: USER_HZ, a constant of its interface. */
const TICKS = 100;

export function threadTime(pid: number, thread: number): ThreadTime | undefined {
  const folder = `/proc/${pid}/task/${thread}`;
  const [ran, waited] = (read(`${folder}/schedstat`) ?? '').split(' ').map(Number);
  if (ran !== undefined && waited !== undefined) return { ran: ran / 1e9, waited: waited / 1e9 };
  const stat = read(`${folder}/stat`);
  if (stat === undefined) return undefined;
  // The 14th and 15th field of all, user and system; the name in parentheses, the second, may hold spaces itself.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return { ran: (Number(user) + Number(system)) / TICKS, waited: 0 };
}

/** Bytes that a process and those it started have read and written so far, wherever that was; 0 where nobody tells. */
export function bytesMoved(pid: number): { readonly read: number; readonly written: number } {
  const io = read(`/proc/${pid}/io`) ?? '';
  const sum = {
    read: Number(/^rchar: (\d+)$/m.exec(io)?.[1] ?? 0),
    written: Number(/^wchar: (\d+)$/m.exec(io)?.[1] ?? 0),
  };
  for (const child of (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean)) {
    const more = bytesMoved(Number(child));
    sum.read += more.read;
    sum.written += more.written;
  }
  return sum;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
