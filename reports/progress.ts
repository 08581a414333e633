import { styleText } from 'node:util';
import type { PhaseStarted, RunEvent, Status } from '../runners/events/event.ts';
import { clock } from './clock.ts';
import { remaining } from './remaining.ts';

/** Seconds of silence in a phase after which a line says that it is still running. */
const heartbeat = 30;

const words = { passed: 'passed', failed: 'FAILED', error: 'ERROR', known: 'known', skipped: 'skipped' } as const;
const colours = { passed: 'green', failed: 'red', error: 'magenta', known: 'yellow', skipped: 'yellow' } as const;

export type Paint = (status: Status, text: string) => string;

/** Turns events into plain lines. Deterministic: it has no clock and writes nothing. */
export interface Progress {
  /** The lines that an event is worth; most often one, for some none. */
  lines(event: RunEvent): string[];
  /** The lines of phases that were silent for 30 s at `now` (milliseconds since the epoch). */
  heartbeats(now: number): string[];
}

interface RunningPhase {
  readonly started: PhaseStarted;
  lastLine: number;
  text?: string;
}

/** A fresh fold; the first event it is given is 00:00. */
export function progress(paint: Paint = (_status, text) => text): Progress {
  const phases = new Map<string, RunningPhase>();
  const told = new Set<string>();
  let start: number | undefined;
  let width = 0;
  const at = (time: number, cell: string, text: string) =>
    `${clock((time - (start ?? time)) / 1000)}  ${cell.padEnd(width)}  ${text}`.trimEnd();
  const rest = remaining();
  /** Nothing where it took longer than expected: then nobody knows. */
  const left = (now: number, words: string) => {
    const seconds = rest.at(now) ?? 0;
    return seconds > 0 ? `, about ${clock(seconds)} ${words}` : '';
  };
  const key = (event: { cell: string; phase: string }) => `${event.cell} ${event.phase}`;

  const handlers: { [T in RunEvent['type']]?: (event: Extract<RunEvent, { type: T }>) => string[] } = {
    'run-started': (event) => {
      width = Math.max(0, ...event.cells.map((each) => each.id.length));
      const cells = `${event.cells.length} ${event.cells.length === 1 ? 'cell' : 'cells'}`;
      return [at(event.time, '', `run ${event.run}: ${cells}${left(event.time, 'expected')}`)];
    },
    'run-resumed': (event) => {
      phases.clear();
      const cells = `${event.cells.length} ${event.cells.length === 1 ? 'cell' : 'cells'}`;
      return [at(event.time, '', `the run goes on: ${cells} to do${left(event.time, 'expected')}`)];
    },
    // A reason is told once, of the first cell: there may be hundreds of them.
    'cell-skipped': (event) => {
      if (told.has(event.because)) return [];
      told.add(event.because);
      return [at(event.time, event.cell.id, `${paint('skipped', 'skipped')}: because ${event.because}`)];
    },
    'cell-started': ({ time, cell, attempt = 1 }) => [
      at(time, cell, attempt === 1 ? 'started' : `started, attempt ${attempt}`),
    ],
    // Which of the two runs the guests decides how long all takes, and KVM found wanting is worth knowing.
    'cell-fact': (event) =>
      event.name === 'accelerator' ? [at(event.time, event.cell, `accelerator ${event.value}`)] : [],
    'cell-archive': (event) =>
      event.archive === 'stand-in'
        ? [at(event.time, event.cell, 'installs from a stand-in, not the distribution')]
        : [],
    'phase-started': (event) => {
      phases.set(key(event), { started: event, lastLine: event.time });
      return [at(event.time, event.cell, `${event.phase} …`)];
    },
    'phase-progress': (event) => {
      const phase = phases.get(key(event));
      if (phase) phase.text = event.text;
      return [];
    },
    'phase-ended': (event) => {
      phases.delete(key(event));
      const verdict = event.ok ? 'done in' : `${paint('failed', 'broke off')} after`;
      return [at(event.time, event.cell, `${event.phase} ${verdict} ${clock(event.seconds)}`)];
    },
    'check-ended': (event) => {
      const head = `${paint(event.status, words[event.status])}  ${event.check}`;
      if (event.status === 'passed') return [at(event.time, event.cell, `${head} (${clock(event.seconds)})`)];
      if (event.status === 'skipped' || event.reason?.code === 'interrupted')
        return [at(event.time, event.cell, `${head}: ${event.reason?.message ?? ''}`)];
      const why = (event.reason?.message ?? '').split('\n').map((line) => `    ${line}`);
      return [at(event.time, event.cell, `${head} (${clock(event.seconds)})`), ...why];
    },
    'cell-ended': (event) => {
      for (const name of phases.keys()) if (name.startsWith(`${event.cell} `)) phases.delete(name);
      const verdict = `${paint(event.status, words[event.status])} after ${clock(event.seconds)}`;
      const again = event.again === undefined ? '' : `; once more: ${event.again}`;
      return [at(event.time, event.cell, `${verdict}${again}${left(event.time, 'left for the run')}`)];
    },
    note: (event) => [at(event.time, event.cell ?? '', `note: ${event.text}`)],
  };

  return {
    lines(event) {
      start ??= event.time;
      rest.see(event);
      const handler = handlers[event.type] as ((event: RunEvent) => string[]) | undefined;
      return handler?.(event) ?? [];
    },
    heartbeats(now) {
      return [...phases.values()]
        .filter((phase) => now - phase.lastLine >= heartbeat * 1000)
        .map((phase) => {
          phase.lastLine = now;
          const { cell, phase: name, time } = phase.started;
          const text = phase.text ? ` – ${phase.text}` : '';
          return at(
            now,
            cell,
            `${name} running for ${clock((now - time) / 1000)}${text}${left(now, 'left for the run')}`,
          );
        });
    },
  };
}

export interface ProgressWriter extends Disposable {
  readonly listener: (event: RunEvent) => void;
  /** Takes in what was told before, of a run that goes on, without a word. */
  readonly past: (events: readonly RunEvent[]) => void;
}

/** Writes the lines to a stream, a terminal or not; in colour only on a terminal that wants it. Stops with its disposal. */
export function writeProgress(stream: NodeJS.WritableStream): ProgressWriter {
  const fold = progress((status, text) => styleText(colours[status], text, { stream }));
  const write = (lines: string[]) => {
    for (const line of lines) stream.write(`${line}\n`);
  };
  const timer = setInterval(() => write(fold.heartbeats(Date.now())), 1000);
  return {
    listener: (event) => write(fold.lines(event)),
    past: (events) => {
      for (const event of events) fold.lines(event);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
