import { readFileSync, truncateSync } from 'node:fs';
import { HarnessError } from '../../runners/errors.ts';
import type { RunEvent } from '../../runners/events/event.ts';

/** A record, as a crash may have left it. */
export interface FoundRecord {
  readonly events: readonly RunEvent[];
  /** Bytes up to the end of the last whole event. */
  readonly whole: number;
  /** Bytes after it: the start of an event, or what a filesystem puts in place of what it lost. */
  readonly torn: number;
}

/** @throws HarnessError `record-damaged` where what is no event stands before one that is: then nobody knows what is missing */
export function findRecord(path: string): FoundRecord {
  const bytes = readFileSync(path);
  const events: RunEvent[] = [];
  let whole = 0;
  let broken: number | undefined;
  let line = 0;
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0) break;
    const event = eventIn(bytes.toString('utf8', start, end));
    start = end + 1;
    if (!event) {
      broken ??= line;
      continue;
    }
    if (broken !== undefined) throw damaged(path, broken + 1);
    events.push(event);
    whole = start;
  }
  return { events, whole, torn: bytes.length - whole };
}

/** Takes away what is no whole event: what is appended next begins a line of its own. */
export function cutTornEnd(path: string, { whole, torn }: FoundRecord): void {
  if (torn > 0) truncateSync(path, whole);
}

function eventIn(line: string): RunEvent | undefined {
  try {
    const value = JSON.parse(line);
    return typeof value?.type === 'string' && typeof value.time === 'number' ? value : undefined;
  } catch {
    return undefined;
  }
}

const damaged = (path: string, line: number) =>
  new HarnessError({
    code: 'record-damaged',
    message: `line ${line} of ${path} is no event, and others follow: what it said is lost`,
    hint: 'start the run anew',
    evidence: path,
  });
