import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { bootId, isRunning, pidNamespace, statOf } from './processes.ts';

/** What a run writes down of itself, in `STATE/runs/RUN.json`, for the start that comes after it. */

const processSchema = z.strictObject({
  pid: z.int().min(2),
  startTime: z.int(),
  /** The last part of the path of the program, as its command line must begin. */
  program: z.string(),
});

export const ownerSchema = z.strictObject({
  host: z.string(),
  bootId: z.string(),
  pidNamespace: z.string(),
  pid: z.int(),
  startTime: z.int(),
});

const recordSchema = z.strictObject({
  run: z.string(),
  owner: ownerSchema,
  /** The value of the variable `MARK` in the environment of what the run starts. */
  mark: z.string(),
  /** What is recorded is meant to survive the runner: it lasts as long as one of its processes. */
  kept: z.boolean(),
  processes: z.array(processSchema),
  /** By name. Records of before there were any lack it. */
  containers: z.array(z.string()).default([]),
  mounts: z.array(z.string()),
  folders: z.array(z.string()),
});

export const MARK = 'STUB_MATRIX_RUN';

export type RecordedProcess = Readonly<z.infer<typeof processSchema>>;
export type RunOwner = Readonly<z.infer<typeof ownerSchema>>;
export type RunRecord = Readonly<z.infer<typeof recordSchema>>;

export function recordPath(stateFolder: string, run: string): string {
  return join(stateFolder, 'runs', `${run}.json`);
}

/** Replaces the record in one step: a reader finds the old one or the new one, never half of one. */
export function writeRecord(stateFolder: string, record: RunRecord): void {
  const path = recordPath(stateFolder, record.run);
  mkdirSync(join(stateFolder, 'runs'), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

export function removeRecord(stateFolder: string, run: string): void {
  const path = recordPath(stateFolder, run);
  // The new one first: it is there only where a writer was killed half-way.
  rmSync(`${path}.new`, { force: true });
  rmSync(path, { force: true });
}

/** All records; for a file that is none, its path and what is wrong with it. */
export function readRecords(stateFolder: string): readonly (RunRecord | { path: string; problem: string })[] {
  const folder = join(stateFolder, 'runs');
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const path = join(folder, name);
      try {
        return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
      } catch (error) {
        return { path, problem: error instanceof Error ? error.message : String(error) };
      }
    });
}

export function ourselves(): RunOwner {
  const startTime = statOf(process.pid)?.startTime ?? 0;
  return { host: hostname(), bootId: bootId(), pidNamespace: pidNamespace(), pid: process.pid, startTime };
}

/**
 * `elsewhere`: on another host that shares the folder, or in another container; whether it is alive cannot be seen from here.
 * `before`: on this host before it was booted anew, so that nothing but its folders is left.
 */
export function ownerIs(owner: RunOwner): 'alive' | 'dead' | 'before' | 'elsewhere' {
  const here = ourselves();
  if (owner.host !== here.host) return 'elsewhere';
  if (owner.bootId !== here.bootId) return 'before';
  if (owner.pidNamespace !== here.pidNamespace) return 'elsewhere';
  return isRunning(owner.pid, owner.startTime) ? 'alive' : 'dead';
}

/** Still the very process that was recorded: the same start, and the same program. */
export function isStill({ pid, startTime, program }: RecordedProcess, commandLine: readonly string[]): boolean {
  return isRunning(pid, startTime) && commandLine[0]?.split('/').at(-1) === program;
}
