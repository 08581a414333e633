import { closeSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import type { Emit, EventBody, RunEvent } from '../runners/events/event.ts';

/** Appends events to `events.ndjson`. Several records, in several threads, may append to the same file. */
export interface EventRecord extends Disposable {
  readonly emit: Emit;
}

export interface RecordOptions {
  /** Milliseconds since the epoch; the clock of this machine where absent. */
  readonly now?: () => number;
  /** Called with each event after it is on disk. */
  readonly listener?: (event: RunEvent) => void;
}

/** Opens the file for appending (mode 0600). Each event is one write of one line, so writers do not tear each other's lines. */
export function openRecord(path: string, options: RecordOptions = {}): EventRecord {
  const now = options.now ?? Date.now;
  const file = openSync(path, 'a', 0o600);
  const emit = (body: EventBody) => {
    const event = { time: now(), ...body } as RunEvent;
    writeSync(file, `${JSON.stringify(event)}\n`);
    options.listener?.(event);
  };
  return { emit, [Symbol.dispose]: () => closeSync(file) };
}

/** All events of a record, in order. A line that a crash left half-written is left out, also where a resumed run went on behind it. */
export function readEvents(path: string): RunEvent[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.flatMap((line) => eventIn(line) ?? []);
}

/** With this begins every event, and nothing inside one: there, the quotes would have backslashes. */
const HEAD = '{"time":';

function eventIn(line: string): RunEvent | undefined {
  const start = line.lastIndexOf(HEAD);
  try {
    return JSON.parse(start < 0 ? line : line.slice(start)) as RunEvent;
  } catch {
    return undefined;
  }
}

export interface FollowOptions {
  /** How often to look, in milliseconds. */
  readonly everyMs?: number;
  /** Where to begin, in bytes: the start of an event. */
  readonly from?: number;
}

export interface Follower extends Disposable {
  /** Hands over, at once, all events that are on disk by now. */
  catchUp(): void;
}

/** Hands each event of a record to the listener, soon after it was written, whichever thread wrote it. */
export function followRecord(
  path: string,
  listener: (event: RunEvent) => void,
  { everyMs = 150, from = 0 }: FollowOptions = {},
): Follower {
  const file = openSync(path, 'r');
  let offset = from;
  // Bytes, not text: a read may end in the middle of a character.
  let rest = Buffer.alloc(0);
  const catchUp = () => {
    const size = fstatSync(file).size;
    if (size <= offset) return;
    const fresh = Buffer.alloc(size - offset);
    offset += readSync(file, fresh, 0, fresh.length, offset);
    rest = Buffer.concat([rest, fresh]);
    const end = rest.lastIndexOf(0x0a);
    const whole = rest.subarray(0, end + 1).toString('utf8');
    rest = rest.subarray(end + 1);
    for (const line of whole.split('\n').slice(0, -1)) {
      const event = eventIn(line);
      if (event) listener(event);
    }
  };
  const timer = setInterval(catchUp, everyMs);
  return {
    catchUp,
    [Symbol.dispose]: () => {
      clearInterval(timer);
      closeSync(file);
    },
  };
}
