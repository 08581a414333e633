import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Processes as /proc tells of them. A pid alone names nobody: the kernel hands it out again. A pid and the tick of the clock at
 * which it started do, until the next boot.
 */

export interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  /** Clock ticks since boot. */
  readonly startTime: number;
}

/** Reads /proc/PID/stat, whose second field is the name in parentheses, and may hold spaces and parentheses itself. */
export function parseStat(text: string): ProcessStat | undefined {
  const [state, parent, ...more] = text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  // The 22nd field of all; the state is the third.
  const startTime = more[17];
  if (!text.includes(')') || !state || startTime === undefined) return undefined;
  return { state, parent: Number(parent), startTime: Number(startTime) };
}

/** `undefined` for a process that has ended, were it only waiting to be reaped. */
export function statOf(pid: number): ProcessStat | undefined {
  const text = readProc(pid, 'stat');
  const stat = text === undefined ? undefined : parseStat(text);
  return stat && stat.state !== 'Z' && stat.state !== 'X' ? stat : undefined;
}

export function isRunning(pid: number, startTime: number): boolean {
  return statOf(pid)?.startTime === startTime;
}

/** The words of the command line. Empty for a process that has ended, and for the kernel's own. */
export function commandLineOf(pid: number): readonly string[] {
  return (readProc(pid, 'cmdline') ?? '').split('\0').slice(0, -1);
}

/** The processes started with the variable `name=value` in their environment; of those that we may look into. */
export function findByEnvironment(name: string, value: string): readonly number[] {
  const wanted = `${name}=${value}`;
  return allProcesses().filter((pid) => readProc(pid, 'environ')?.split('\0').includes(wanted));
}

/** Ourselves, our parent, its parent, and so on. */
export function ourLine(): readonly number[] {
  const line: number[] = [];
  for (let pid = process.pid; pid > 0; pid = statOf(pid)?.parent ?? 0) line.push(pid);
  return line;
}

export function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Within which our pids mean something: a container has one of its own. */
export function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid');
}

function allProcesses(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** `undefined` where the process is gone or is not ours to look into. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}
