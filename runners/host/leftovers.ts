import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { attempt } from '../process/command.ts';
import { findEngine, wordsOf } from './engine.ts';
import { mountsUnder } from './mounts.ts';
import { commandLineOf, findByEnvironment, isRunning, ourLine, statOf } from './processes.ts';
import { isStill, MARK, ownerIs, type RunRecord, readRecords, recordPath, removeRecord } from './run-record.ts';

export interface Cleared {
  /** What was ended, unmounted and removed: a line for each. */
  readonly cleared: readonly string[];
  /** What was left, and because of what: a line for each. */
  readonly left: readonly string[];
}

export interface ClearOptions {
  /** In seconds, how long a process has to end after SIGTERM, and again after SIGKILL. */
  readonly grace?: number;
}

const GRACE = 5;

/** A process by the two numbers that name it. */
interface Named {
  readonly pid: number;
  readonly startTime: number;
}

/**
 * Clears what runs that were killed left behind: first containers, then processes, then mounts, then folders. Touches only what stands in the
 * record of a run whose runner is gone, and of processes only those that are still the recorded ones or bear that run's mark.
 */
export async function clearLeftovers(stateFolder: string, options: ClearOptions = {}): Promise<Cleared> {
  const cleared: string[] = [];
  const left: string[] = [];
  for (const record of readRecords(stateFolder)) {
    if ('problem' in record) {
      left.push(`${record.path} cannot be read: ${record.problem}`);
      continue;
    }
    const owner = ownerIs(record.owner);
    if (owner === 'alive') continue;
    if (owner === 'elsewhere') {
      left.push(`run ${record.run} is of ${record.owner.host}, not of here: ${recordPath(stateFolder, record.run)}`);
      continue;
    }
    const alive = owner === 'dead' ? recorded(record) : [];
    if (record.kept && alive.length > 0) {
      left.push(`run ${record.run} was kept and still runs: pid ${alive.map(({ pid }) => pid).join(', ')}`);
      continue;
    }
    const troubles = await clearRun(record, owner === 'dead', options.grace ?? GRACE, cleared);
    left.push(...troubles);
    if (troubles.length === 0) removeRecord(stateFolder, record.run);
  }
  return { cleared, left };
}

/** What could not be cleared. Neither processes nor mounts outlive the boot in which they were recorded; containers may. */
async function clearRun(record: RunRecord, sameBoot: boolean, grace: number, cleared: string[]): Promise<string[]> {
  const troubles: string[] = [];
  for (const name of record.containers) {
    const what = `container ${name} of run ${record.run}`;
    const gone = await removed(name);
    if (gone === true) cleared.push(what);
    else if (gone !== false) troubles.push(`${what}: ${gone}`);
  }
  const ours = ourLine();
  const named = sameBoot ? [...recorded(record), ...marked(record)].filter(({ pid }) => !ours.includes(pid)) : [];
  for (const [pid, process] of new Map(named.map((process) => [process.pid, process]))) {
    const what = `process ${pid} of run ${record.run}: ${commandLineOf(pid).join(' ')}`;
    if (await end(process, grace)) cleared.push(what);
    else troubles.push(`${what} does not end`);
  }
  const points = sameBoot ? record.mounts.toReversed().flatMap(mountsUnder) : [];
  for (const point of points) {
    const { exitCode, stderr } = await attempt(['umount', point], { timeout: 30 });
    if (exitCode === 0) cleared.push(`mount ${point} of run ${record.run}`);
    else troubles.push(`mount ${point} of run ${record.run}: ${stderr.trim()}`);
  }
  for (const folder of record.folders.toReversed()) {
    const what = `folder ${folder} of run ${record.run}`;
    const [mounted] = mountsUnder(folder);
    if (mounted !== undefined) troubles.push(`${what}: something is mounted on ${mounted}`);
    else if (existsSync(folder)) {
      const trouble = await remove(folder);
      if (trouble === undefined) cleared.push(what);
      else troubles.push(`${what}: ${trouble}`);
    }
  }
  return troubles;
}

function recorded(record: RunRecord): readonly Named[] {
  return record.processes.filter((process) => isStill(process, commandLineOf(process.pid)));
}

function marked(record: RunRecord): readonly Named[] {
  return findByEnvironment(MARK, record.mark).flatMap((pid) => {
    const stat = statOf(pid);
    return stat ? [{ pid, startTime: stat.startTime }] : [];
  });
}

/** Whether it has ended. */
async function end({ pid, startTime }: Named, grace: number): Promise<boolean> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isRunning(pid, startTime)) return true;
    try {
      process.kill(pid, signal);
    } catch {
      // It has just ended, or is not ours to end; which of the two is seen below.
    }
    const deadline = performance.now() + grace * 1000;
    while (performance.now() < deadline) {
      if (!isRunning(pid, startTime)) return true;
      await sleep(20);
    }
  }
  return !isRunning(pid, startTime);
}

/** Whether a container had to be removed, or why that could not be seen to. */
async function removed(name: string): Promise<boolean | string> {
  const engine = await findEngine();
  if (engine === undefined) return 'no container engine answers';
  return engine.remove(name).catch(wordsOf);
}

/** `undefined` when it is gone, or why it is not. */
async function remove(folder: string): Promise<string | undefined> {
  try {
    await rm(folder, { recursive: true, force: true });
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}
