import { relative } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { beginningOf, secondsByPhase } from '../course.ts';
import type { CellResult, RunResult } from '../fold.ts';
import { partsOf } from '../parts.ts';
import { transaction } from './database.ts';

type Values = readonly (string | number | null)[];

/** Writes a run down, in place of what is there of it. @param root the folder that consoles are named from. */
export function writeRun(database: DatabaseSync, result: RunResult, root: string): void {
  transaction(database, () => {
    const remove = database.prepare('DELETE FROM runs WHERE name = ?');
    const addPart = database.prepare('INSERT OR REPLACE INTO parts VALUES (?, ?)');
    remove.run(result.run);
    for (const part of partsOf(result)) {
      remove.run(part);
      addPart.run(part, result.run);
    }
    // What a part found is told by the whole.
    if (database.prepare('SELECT 1 FROM parts WHERE name = ?').get(result.run)) return;
    writeCells(database, writeHead(database, result), result, root);
  });
}

/** @returns the run's number. */
function writeHead(database: DatabaseSync, { run, startedAt, endedAt, interrupted, properties }: RunResult): number {
  const first = startedAt * 100;
  const free = database.prepare('SELECT coalesce(max(id) + 1, ?) AS id FROM runs WHERE id BETWEEN ? AND ?');
  const { id } = free.get(first, first, first + 99) as { id: number };
  const values = [id, run, startedAt, endedAt, Number(interrupted), JSON.stringify(properties)];
  database.prepare(`INSERT INTO runs VALUES (${places(values)})`).run(...values);
  return id;
}

function writeCells(database: DatabaseSync, run: number, { cells }: RunResult, root: string): void {
  const numberOf = numbers(database);
  const insert = (table: string, values: Values) =>
    numberOf.statement(`INSERT INTO ${table} VALUES (${places(values)})`).run(...values);
  for (const result of cells) {
    if (result.because !== undefined) continue;
    const cell = numberOf.named('cells', 'name', result.cell.id);
    const facts = numberOf.named('facts', 'json', JSON.stringify(result.facts));
    insert('results', [cell, run, ...verdictOf(result), ...courseOf(result), facts, ...tracesOf(result, root)]);
    for (const { attempt, status, seconds, signature = null } of result.attempts.slice(0, -1))
      insert('earlier_attempts', [cell, run, attempt, status, seconds, signature]);
  }
}

/** The columns from `status` to `last_seconds`. */
function verdictOf({ status, flaky, finished, startedAt, seconds, attempts }: CellResult): Values {
  const last = attempts.at(-1);
  return [
    ...[status, Number(flaky), Number(finished), startedAt ?? null, seconds],
    ...[last?.attempt ?? 0, last?.seconds ?? 0],
  ];
}

/** The columns from `phases` to `archive`. */
function courseOf(result: CellResult): Values {
  const phases = secondsByPhase(result);
  const json = JSON.stringify(Object.fromEntries(phases));
  return [json, phases.get('image') ?? 0, beginningOf(result) ?? null, result.archive ?? null];
}

/** The columns from `signature` on. */
function tracesOf({ signature, usage, attachments }: CellResult, root: string): Values {
  const console = attachments.findLast(({ name }) => name === 'console');
  return [
    signature ?? null,
    ...[usage?.peakMemoryMiB ?? null, usage?.cpuSeconds ?? null],
    console ? relative(root, console.path) : null,
  ];
}

/** The numbers under which names are kept, each found or made once. */
function numbers(database: DatabaseSync) {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const known = new Map<string, number>();
  const statement = (sql: string) => {
    const made = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, made);
    return made;
  };
  return {
    statement,
    named(table: 'cells' | 'facts', column: string, value: string): number {
      const key = `${table} ${value}`;
      const found = known.get(key);
      if (found !== undefined) return found;
      statement(`INSERT OR IGNORE INTO ${table} (${column}) VALUES (?)`).run(value);
      const { id } = statement(`SELECT id FROM ${table} WHERE ${column} = ?`).get(value) as { id: number };
      known.set(key, id);
      return id;
    },
  };
}

const places = (values: Values) => values.map(() => '?').join(', ');
