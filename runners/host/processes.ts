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
  /** What it has computed. */
  readonly cpuSeconds: number;
  /** What those of its children had computed that have ended, and theirs. */
  readonly childrenSeconds: number;
}

/** In which the kernel tells times, whatever its own tick is. */
const TICKS_PER_SECOND = 100;

/** Reads /proc/PID/stat, whose second field is the name in parentheses, and may hold spaces and parentheses itself. */
export function parseStat(text: string): ProcessStat | undefined {
  const [state, parent, ...more] = text
    .slice(text.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  // The 22nd field of all; the state is the third.
  const startTime = more[17];
  if (!text.includes(')') || !state || startTime === undefined) return undefined;
  const [user, system, ofChildren, systemOfChildren] = more
    .slice(9, 13)
    .map((ticks) => Number(ticks) / TICKS_PER_SECOND);
  return {
    state,
    parent: Number(parent),
    startTime: Number(startTime),
    cpuSeconds: (user ?? 0) + (system ?? 0),
    childrenSeconds: (ofChildren ?? 0) + (systemOfChildren ?? 0),
  };
}

/** All processes that can be seen, by their pids. */
export function processTable(): ReadonlyMap<number, ProcessStat> {
  const found = allProcesses().map((pid) => [pid, statOf(pid)] as const);
  return new Map(found.filter((each): each is readonly [number, ProcessStat] => each[1] !== undefined));
}

/** These processes, their children, theirs, and so on; of those that have not ended. */
export function withDescendants(pids: Iterable<number>, table: ReadonlyMap<number, ProcessStat>): readonly number[] {
  const children = Map.groupBy(table, ([, { parent }]) => parent);
  const family: number[] = [...pids].filter((pid) => table.has(pid));
  for (const pid of family) family.push(...(children.get(pid) ?? []).map(([child]) => child));
  return family;
}

/**
 * What a process holds in memory, in MiB, without what can be read from files again: what is its own, and what it shares with others
 * by intent, as QEMU does with virtiofsd. Nothing for a process that has ended.
 */
export function memoryOf(pid: number): { readonly ownMiB: number; readonly sharedMiB: number } {
  const text = readProc(pid, 'status') ?? '';
  const sizeOf = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) / 1024;
  return { ownMiB: sizeOf('RssAnon'), sharedMiB: sizeOf('RssShmem') };
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
