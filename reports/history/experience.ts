import type { DatabaseSync } from 'node:sqlite';
import type { ArchiveKind, Status } from '../../runners/events/event.ts';
import { oldestOf } from './read.ts';
import type { Experience, Flakiness, GoodRun } from './rows.ts';

/** Good runs of either beginning that experience is drawn from: enough to outvote one bad night, few enough to follow a change. */
const RECENT = 5;

type Row = Readonly<Record<string, string | number | null>>;

/** What a cell's last attempt took without the image. */
const OWN_SECONDS = 'max(0, last_seconds - image_seconds)';

/** The middle one, or the mean of the two; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** The latest good run of a cell from that archive, of those that started before. */
export function lastGood(
  database: DatabaseSync,
  cell: string,
  { archive, before }: { readonly archive?: ArchiveKind | undefined; readonly before?: number | undefined },
): (Omit<GoodRun, 'console'> & { readonly console: string | null }) | undefined {
  const sql = `
    SELECT runs.name AS run, runs.started_at AS started_at, console, facts.json AS facts
    FROM results JOIN runs ON runs.id = results.run JOIN facts ON facts.id = results.facts
    WHERE cell = (SELECT id FROM cells WHERE name = ?) AND run < ? AND status = 'passed' AND archive IS coalesce(?, archive)
    ORDER BY run DESC LIMIT 1`;
  const limit = before === undefined ? Number.MAX_SAFE_INTEGER : before * 100;
  const row = database.prepare(sql).get(cell, limit, archive ?? null) as Row | undefined;
  if (!row) return undefined;
  const { run, started_at, console, facts } = row;
  return {
    run: String(run),
    startedAt: Number(started_at),
    console: console as string | null,
    facts: JSON.parse(String(facts)),
  };
}

/** Nothing for a cell that never ended well from that archive. */
export function experience(
  database: DatabaseSync,
  cells: readonly string[],
  archive: ArchiveKind | undefined,
): Map<string, Experience> {
  const recent = database.prepare(`
    SELECT ${OWN_SECONDS} AS seconds, peak_memory_mib AS memory, cpu_seconds AS cpu FROM results
    WHERE cell = (SELECT id FROM cells WHERE name = ?) AND status = 'passed' AND beginning = ? AND archive IS coalesce(?, archive)
    ORDER BY run DESC LIMIT ${RECENT}`);
  const found = cells.map((cell) => {
    const [empty = [], installed = []] = (['empty', 'installed'] as const).map(
      (beginning) => recent.all(cell, beginning, archive ?? null) as Row[],
    );
    const middle = (rows: readonly Row[], column: string) =>
      median(rows.flatMap((row) => (row[column] === null ? [] : [Number(row[column])])));
    const all = [...empty, ...installed];
    const values = {
      seconds: middle(empty, 'seconds'),
      installedSeconds: middle(installed, 'seconds'),
      peakMemoryMiB: middle(all, 'memory'),
      cpuSeconds: middle(empty.length > 0 ? empty : installed, 'cpu'),
    };
    return [cell, { ...defined(values), runs: all.length }] as const;
  });
  return new Map(found.filter(([, { runs }]) => runs > 0));
}

interface Tally {
  counts: Record<Status | 'flaky' | 'tries' | 'passedTries', number>;
  empty: number[];
  installed: number[];
  signatures: Map<string, number>;
  last: Status;
}

/** Of each cell that ended in one of the last n runs, by name. One pass over their rows, which may be a million. */
export function flakiness(database: DatabaseSync, n: number): Flakiness[] {
  const oldest = oldestOf(database, n);
  const tallies = new Map<string, Tally>();
  const results = database.prepare(`
    SELECT cells.name AS cell, status, flaky, beginning, signature, ${OWN_SECONDS} AS seconds
    FROM results JOIN cells ON cells.id = results.cell WHERE run >= ? AND finished = 1 ORDER BY results.cell, run`);
  for (const row of results.iterate(oldest) as Iterable<Row>) {
    const tally = tallies.get(String(row.cell)) ?? emptyTally();
    tallies.set(String(row.cell), tally);
    const status = row.status as Status;
    tally.last = status;
    tally.counts[status] += 1;
    tally.counts.flaky += Number(row.flaky);
    // Its signature is that of an attempt before.
    count(tally, status, row.flaky === 1 ? null : row.signature);
    if (status === 'passed' && row.beginning === 'empty') tally.empty.push(Number(row.seconds));
    if (status === 'passed' && row.beginning === 'installed') tally.installed.push(Number(row.seconds));
  }
  const earlier = database.prepare(`
    SELECT cells.name AS cell, earlier_attempts.status AS status, earlier_attempts.signature AS signature
    FROM earlier_attempts JOIN cells ON cells.id = earlier_attempts.cell WHERE run >= ?`);
  for (const row of earlier.iterate(oldest) as Iterable<Row>) {
    const tally = tallies.get(String(row.cell));
    if (tally) count(tally, row.status as Status, row.signature);
  }
  return [...tallies].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([cell, tally]) => flakinessOf(cell, tally));
}

const emptyTally = (): Tally => ({
  counts: { passed: 0, failed: 0, error: 0, known: 0, skipped: 0, flaky: 0, tries: 0, passedTries: 0 },
  empty: [],
  installed: [],
  signatures: new Map(),
  last: 'skipped',
});

function count({ counts, signatures }: Tally, status: Status, signature: Row[string] | undefined): void {
  counts.tries += 1;
  if (status === 'passed') counts.passedTries += 1;
  if (typeof signature === 'string') signatures.set(signature, (signatures.get(signature) ?? 0) + 1);
}

function flakinessOf(cell: string, { counts, empty, installed, signatures, last }: Tally): Flakiness {
  const { passed, failed, error: errors, known, skipped, flaky, tries, passedTries } = counts;
  return {
    cell,
    runs: passed + failed + errors + known + skipped,
    ...{ passed, flaky, failed, errors, known, tries, passedTries },
    ...defined({ seconds: median(empty), installedSeconds: median(installed) }),
    signatures: [...signatures]
      .map(([signature, times]) => ({ signature, times }))
      .toSorted((a, b) => b.times - a.times || (a.signature < b.signature ? -1 : 1)),
    last,
  };
}

/** Without the keys that have no value. */
function defined<T extends Readonly<Record<string, number | undefined>>>(values: T): { [K in keyof T]?: number } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: number;
  };
}
