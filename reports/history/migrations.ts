/**
 * The schema, version by version: what makes each out of the one before it. The first is number 1, what a file has is in its
 * `user_version`. Only ever append here; what is changed would be missing in the files that exist.
 *
 * A run's number is its start, in milliseconds, times a hundred, and a counter for those of the same millisecond: in order of
 * number is in order of time, and the results of a cell lie side by side in that order.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    interrupted INTEGER NOT NULL,
    properties TEXT NOT NULL
  ) STRICT;
  -- Runs that were merged into another: what they found is told by that one.
  CREATE TABLE parts (name TEXT PRIMARY KEY, whole TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE cells (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  -- Most cells have the same facts night after night.
  CREATE TABLE facts (id INTEGER PRIMARY KEY, json TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE results (
    cell INTEGER NOT NULL REFERENCES cells,
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    status TEXT NOT NULL,
    flaky INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    started_at INTEGER,
    seconds REAL NOT NULL,
    last_attempt INTEGER NOT NULL,
    last_seconds REAL NOT NULL,
    phases TEXT NOT NULL,
    image_seconds REAL NOT NULL,
    beginning TEXT,
    archive TEXT,
    facts INTEGER NOT NULL REFERENCES facts,
    signature TEXT,
    peak_memory_mib REAL,
    cpu_seconds REAL,
    console TEXT,
    PRIMARY KEY (cell, run)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX results_of_run ON results (run);
  CREATE TABLE earlier_attempts (
    cell INTEGER NOT NULL,
    run INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    status TEXT NOT NULL,
    seconds REAL NOT NULL,
    signature TEXT,
    PRIMARY KEY (run, cell, attempt),
    FOREIGN KEY (cell, run) REFERENCES results ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;
  `,
];
