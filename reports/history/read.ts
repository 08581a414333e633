import type { DatabaseSync } from 'node:sqlite';
import type { Status } from '../../runners/events/event.ts';
import type { AttemptRow, CellRow, RunRow, Trend } from './rows.ts';
import { LETTERS } from './rows.ts';

const STATUSES: readonly Status[] = ['passed', 'failed', 'error', 'known', 'skipped'];

type Row = Readonly<Record<string, string | number | null>>;

/** The number of the oldest of the last n runs; 0 where there are fewer. */
export function oldestOf(database: DatabaseSync, n: number): number {
  const row = database.prepare('SELECT min(id) AS id FROM (SELECT id FROM runs ORDER BY id DESC LIMIT ?)').get(n);
  return Number((row as Row | undefined)?.id ?? 0);
}

/** The newest first. */
export function lastRuns(database: DatabaseSync, n: number): RunRow[] {
  const runs = database.prepare('SELECT * FROM runs ORDER BY id DESC LIMIT ?').all(n) as Row[];
  const tally = database.prepare(
    'SELECT status, count(*) AS number, sum(flaky) AS flaky FROM results WHERE run = ? GROUP BY status',
  );
  return runs.map((run) => {
    const rows = tally.all(run.id as number) as Row[];
    const numberOf = (status: Status) => Number(rows.find((row) => row.status === status)?.number ?? 0);
    return {
      run: String(run.name),
      startedAt: Number(run.started_at),
      endedAt: Number(run.ended_at),
      interrupted: run.interrupted === 1,
      counts: Object.fromEntries(STATUSES.map((status) => [status, numberOf(status)])) as RunRow['counts'],
      flaky: rows.reduce((sum, { flaky }) => sum + Number(flaky), 0),
      properties: JSON.parse(String(run.properties)),
    };
  });
}

const CELL_ROWS = `
  SELECT results.*, runs.name AS run_name, runs.started_at AS run_started_at, cells.name AS cell_name, facts.json AS facts_json
  FROM results JOIN runs ON runs.id = results.run JOIN cells ON cells.id = results.cell JOIN facts ON facts.id = results.facts`;

/** The newest first. */
export function ofCell(database: DatabaseSync, cell: string, n: number): CellRow[] {
  const sql = `${CELL_ROWS} WHERE results.cell = (SELECT id FROM cells WHERE name = ?) ORDER BY results.run DESC LIMIT ?`;
  return cellRows(database, database.prepare(sql).all(cell, n) as Row[]);
}

/** All cells of a run, by name; none where it is not known. */
export function ofRun(database: DatabaseSync, run: string): CellRow[] {
  const sql = `${CELL_ROWS} WHERE results.run = (SELECT id FROM runs WHERE name = ?) ORDER BY cells.name`;
  return cellRows(database, database.prepare(sql).all(run) as Row[]);
}

function cellRows(database: DatabaseSync, rows: readonly Row[]): CellRow[] {
  const earlier = database.prepare(
    'SELECT attempt, status, seconds, signature FROM earlier_attempts WHERE run = ? AND cell = ? ORDER BY attempt',
  );
  return rows.map((row): CellRow => {
    const last = { attempt: row.last_attempt, status: row.status, seconds: row.last_seconds, signature: row.signature };
    const attempts = [
      ...(earlier.all(row.run as number, row.cell as number) as Row[]),
      ...(row.last_attempt ? [last] : []),
    ];
    return {
      run: String(row.run_name),
      runStartedAt: Number(row.run_started_at),
      cell: String(row.cell_name),
      status: row.status as Status,
      flaky: row.flaky === 1,
      finished: row.finished === 1,
      ...known('startedAt', row.started_at),
      seconds: Number(row.seconds),
      attempts: attempts.map(({ attempt, status, seconds, signature }) => ({
        ...({ attempt, status, seconds } as AttemptRow),
        ...known('signature', signature),
      })),
      phases: JSON.parse(String(row.phases)),
      ...known('beginning', row.beginning),
      ...known('archive', row.archive),
      facts: JSON.parse(String(row.facts_json)),
      ...known('signature', row.signature),
      ...known('peakMemoryMiB', row.peak_memory_mib),
      ...known('cpuSeconds', row.cpu_seconds),
      ...known('console', row.console),
    };
  });
}

/** An object with this one key, or without it where SQL says NULL. */
function known<K extends keyof CellRow>(
  key: K,
  value: string | number | null | undefined,
): { [P in K]?: NonNullable<CellRow[P]> } {
  return (value === null || value === undefined ? {} : { [key]: value }) as { [P in K]?: NonNullable<CellRow[P]> };
}

/** The last n runs, the oldest first. */
export function trend(database: DatabaseSync, n: number): Trend {
  const runs = lastRuns(database, n).toReversed();
  const places = new Map(runs.map(({ run }, place) => [run, place]));
  const found = new Map<string, { letters: string[]; seconds: number[] }>();
  const sql = `
    SELECT cells.name AS cell, runs.name AS run, status, flaky, seconds
    FROM results JOIN runs ON runs.id = results.run JOIN cells ON cells.id = results.cell WHERE results.run >= ?`;
  for (const row of database.prepare(sql).iterate(oldestOf(database, n)) as Iterable<Row>) {
    const place = places.get(String(row.run));
    if (place === undefined) continue;
    const cell = String(row.cell);
    const course = found.get(cell) ?? {
      letters: new Array<string>(runs.length).fill(LETTERS.none),
      seconds: new Array<number>(runs.length).fill(0),
    };
    found.set(cell, course);
    course.letters[place] = LETTERS[row.flaky === 1 ? 'flaky' : (row.status as Status)];
    course.seconds[place] = Math.round(Number(row.seconds));
  }
  const cells = [...found].map(
    ([cell, { letters, seconds }]) => [cell, { verdicts: letters.join(''), seconds }] as const,
  );
  return { runs, cells: new Map(cells) };
}
