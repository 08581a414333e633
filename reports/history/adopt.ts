import { readdirSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { foldRun, type RunResult } from '../fold.ts';
import { isRunId, runFolder } from '../folder.ts';
import { readRun } from '../run-record.ts';

/** Milliseconds without a word after which a run without an end is taken for dead. One that was only slow is written anew at its end. */
const SILENCE = 60 * 60 * 1000;

export interface Adoption {
  /** The folder in which the history and the runs' folders lie. */
  readonly root: string;
  /** A run to leave out: who asks is about to write it down. */
  readonly except?: string | undefined;
  readonly note: (text: string) => void;
}

/** The runs whose folders lie beside the history and which it does not know, folded; one at a time, for they may be large. */
export function* missingRuns(database: DatabaseSync, { root, except, note }: Adoption): Generator<RunResult> {
  const rows = database.prepare('SELECT name FROM runs UNION SELECT name FROM parts').all() as { name: string }[];
  const known = new Set(rows.map(({ name }) => name));
  const missing = readdirSync(root).filter((name) => isRunId(name) && name !== except && !known.has(name));
  for (const id of missing.toSorted()) {
    const { path, events } = runFolder(root, id);
    const record = statSync(events, { throwIfNoEntry: false });
    if (!record) continue;
    try {
      const told = readRun(path);
      const ended = told.findLast(({ type }) => type === 'run-ended' || type === 'run-resumed')?.type === 'run-ended';
      const result = foldRun(told);
      if (result.run === id && (ended || Date.now() - record.mtimeMs > SILENCE)) yield result;
    } catch (error) {
      note(`the history lacks the run ${id}, whose record could not be read: ${(error as Error).message}`);
    }
  }
}
