import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { ArchiveKind } from '../../runners/events/event.ts';
import type { RunResult } from '../fold.ts';
import { missingRuns } from './adopt.ts';
import { isDamage, openDatabase, setAside } from './database.ts';
import * as experiences from './experience.ts';
import * as reading from './read.ts';
import type { CellRow, Experience, Flakiness, GoodRun, RunRow, Trend } from './rows.ts';
import { writeRun } from './write.ts';

/** The name of the file in the folder of the reports. */
export const HISTORY = 'history.sqlite';

/**
 * What became of every cell in every run: a file beside the runs' folders, made from their records and made anew from them where
 * it is lost. Plain data out. Any number of processes may have it open.
 */
export interface History extends Disposable {
  /** Writes a run down, in place of what is there of it, and for all runs that it was merged from. */
  record(result: RunResult): void;
  /** The newest first. */
  lastRuns(n: number): RunRow[];
  /** A cell in the last runs that had it, the newest first. */
  ofCell(cell: string, n: number): CellRow[];
  /** All cells of a run. */
  ofRun(run: string): CellRow[];
  /** The latest good run of a cell, from that archive and started before that instant (milliseconds since the epoch). */
  lastGood(cell: string, wanted?: { readonly archive?: ArchiveKind; readonly before?: number }): GoodRun | undefined;
  /** What the last good runs of cells took; nothing of cells that had none from that archive. */
  experience(cells: readonly string[], archive?: ArchiveKind): ReadonlyMap<string, Experience>;
  /** How each cell fared in the last n runs. */
  flakiness(n: number): Flakiness[];
  /** The last n runs for plots. */
  trend(n: number): Trend;
}

export interface HistoryOptions {
  /** Told what a reader should know: a damaged file that was put aside, a record that could not be read. */
  readonly note?: (text: string) => void;
  /** The run that is about to be recorded: it is not looked for among the folders. */
  readonly recording?: string;
}

/**
 * Opens the history, and writes down the runs beside it that it lacks, such as those that were killed.
 *
 * @throws HarnessError `history-newer`; what SQLite throws where the file cannot be written, or is locked for 20 s.
 */
export function openHistory(path: string, { note = () => {}, recording }: HistoryOptions = {}): History {
  const root = dirname(path);
  let database: DatabaseSync | undefined;
  /** By which another process' replacement of the file is told from the file that was opened. */
  let inode: number | undefined;

  const open = (): DatabaseSync => {
    inode = undefined;
    database = openDatabase(path);
    inode = statSync(path).ino;
    for (const result of missingRuns(database, { root, except: recording, note })) writeRun(database, result, root);
    return database;
  };
  const replace = (error: unknown) => {
    if (!isDamage(error)) throw error;
    database?.close();
    database = undefined;
    if (inode !== undefined && statSync(path, { throwIfNoEntry: false })?.ino !== inode) return;
    const aside = setAside(path, new Date());
    note(
      `the history was damaged (${(error as Error).message}) and is made anew from the runs' records; it lies in ${aside}`,
    );
  };
  const ask = <T>(work: (database: DatabaseSync) => T): T => {
    try {
      return work(database ?? open());
    } catch (error) {
      replace(error);
      return work(open());
    }
  };

  ask(() => undefined);
  return {
    record: (result) => ask((db) => writeRun(db, result, root)),
    lastRuns: (n) => ask((db) => reading.lastRuns(db, n)),
    ofCell: (cell, n) => ask((db) => reading.ofCell(db, cell, n)),
    ofRun: (run) => ask((db) => reading.ofRun(db, run)),
    lastGood(cell, wanted = {}) {
      const found = ask((db) => experiences.lastGood(db, cell, wanted));
      if (!found) return undefined;
      const { console, ...good } = found;
      return { ...good, ...(console === null ? {} : { console: join(root, console) }) };
    },
    experience: (cells, archive) => ask((db) => experiences.experience(db, cells, archive)),
    flakiness: (n) => ask((db) => experiences.flakiness(db, n)),
    trend: (n) => ask((db) => reading.trend(db, n)),
    [Symbol.dispose]: () => {
      database?.close();
      database = undefined;
    },
  };
}
