import { closeSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HarnessError } from '../../runners/errors.ts';
import { MIGRATIONS } from './migrations.ts';

/** Milliseconds to wait for another run that is writing. */
const PATIENCE = 20_000;

/** SQLite's numbers for a file that is damaged and for one that is none of its own. */
const DAMAGED = [11, 26];

/** Whether an error says that the file is no sound database. Of an extended number the lowest byte counts. */
export const isDamage = (error: unknown) => DAMAGED.includes(((error as { errcode?: number }).errcode ?? 0) & 0xff);

/**
 * Opens the file, makes it where it is missing (mode 0600), and brings its schema up to date. Several processes may do so at
 * once; one that is killed leaves either the old or the new.
 *
 * @throws HarnessError `history-newer` for a file that a newer stub-matrix has written; what SQLite throws otherwise.
 */
export function openDatabase(path: string, migrations: readonly string[] = MIGRATIONS): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite gives the files that it puts beside it the same mode.
  closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: PATIENCE, enableForeignKeyConstraints: true });
  try {
    refuseNewer(path, versionOf(database), migrations.length);
    // Who writes and who reads do not wait for each other; after a loss of power, the last run may have to be read once more.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    if (versionOf(database) < migrations.length) migrate(path, database, migrations);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(path: string, database: DatabaseSync, migrations: readonly string[]): void {
  transaction(database, () => {
    // Another process may have done it while this one waited for the lock.
    const version = versionOf(database);
    refuseNewer(path, version, migrations.length);
    for (const sql of migrations.slice(version)) database.exec(sql);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** All of it or nothing. The lock is taken first, since one that is taken half-way is refused instead of waited for. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Puts a damaged file aside, with what SQLite keeps beside it. @returns its new path. */
export function setAside(path: string, now: Date): string {
  const aside = `${path}.damaged-${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}`;
  // The file itself last: what lay beside it would be taken for the next one's.
  for (const suffix of ['-wal', '-shm', '']) {
    try {
      renameSync(path + suffix, aside + suffix);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return aside;
}

const versionOf = (database: DatabaseSync) =>
  (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;

function refuseNewer(path: string, version: number, known: number): void {
  if (version <= known) return;
  throw new HarnessError({
    code: 'history-newer',
    message: `the history is of a newer stub-matrix: its schema is version ${version}, this one knows up to ${known}`,
    evidence: path,
    hint: 'use that newer stub-matrix, or another folder for the reports: --out DIR',
  });
}
