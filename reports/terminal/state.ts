import type { ArchiveKind, CellName, CheckEnded, RunEvent, Status } from '../../runners/events/event.ts';
import { remaining } from '../remaining.ts';
import { harmless } from './text.ts';

export interface PhaseState {
  readonly phase: string;
  readonly startedAt: number;
  /** The last sign of life. */
  text?: string;
  /** Once it has ended. */
  seconds?: number;
  ok?: boolean;
}

export interface CellState {
  readonly name: CellName;
  status: Status | 'waiting' | 'running';
  /** Milliseconds since the epoch. */
  startedAt?: number;
  /** Seconds that it is to take in all. */
  expected?: number;
  archive?: ArchiveKind;
  attempt: number;
  /** Of all attempts that have ended. */
  worst: Status;
  /** Of this attempt, in the order in which they began. */
  phases: PhaseState[];
  /** Checks of this attempt that passed. */
  passed: number;
}

/** A check that did not pass; also one that a later attempt has passed since. */
export interface FailureState {
  readonly cell: CellName;
  readonly attempt: number;
  readonly standIn: boolean;
  readonly check: string;
  readonly status: 'failed' | 'error' | 'known';
  /** The reason, a line each. */
  readonly reason: readonly string[];
  /** What went wrong, in one sentence, once that is known. */
  diagnosis?: string;
}

/** All that the view shows of a run, at the last event. */
export interface RunState {
  readonly run: string;
  /** Milliseconds since the epoch: of the run, or of its going on after an interruption. */
  readonly startedAt: number;
  /** By id. */
  readonly cells: ReadonlyMap<string, CellState>;
  readonly failures: readonly FailureState[];
  readonly notes: readonly string[];
  /** What the user who broke off the run is told. */
  readonly interruption?: string;
  readonly ended: boolean;
  /** Seconds that are left at `now`; undefined where nobody knows. */
  left(now: number): number | undefined;
}

/** A fold over events, without a clock. */
export interface StateFold {
  see(event: RunEvent): void;
  readonly state: RunState;
}

/** A view has room for no more than the last. */
const notesKept = 10;

const told: readonly Status[] = ['failed', 'error', 'known'];
const isFailure = (event: CheckEnded): event is CheckEnded & { status: FailureState['status'] } =>
  told.includes(event.status) && event.reason?.code !== 'interrupted';

/** From the heaviest on. */
const weights: readonly Status[] = ['failed', 'error', 'known', 'passed', 'skipped'];
const worse = (a: Status, b: Status) => weights[Math.min(weights.indexOf(a), weights.indexOf(b))] ?? b;

type Handlers = { readonly [T in RunEvent['type']]?: (event: Extract<RunEvent, { type: T }>) => void };

export function stateFold(): StateFold {
  const cells = new Map<string, CellState>();
  const failures: FailureState[] = [];
  const rest = remaining();
  let repeated = false;
  const state = {
    run: '',
    startedAt: 0,
    cells,
    failures,
    notes: [] as string[],
    interruption: undefined as string | undefined,
    ended: false,
    left: (now: number) => rest.at(now),
  };
  const running = ({ cell, phase }: { cell: string; phase: string }) =>
    cells.get(cell)?.phases.findLast((each) => each.phase === phase && each.seconds === undefined);
  const waiting = (name: CellName, expected: number | undefined): CellState => ({
    name,
    status: 'waiting',
    attempt: 1,
    worst: 'passed',
    phases: [],
    passed: 0,
    ...(expected ? { expected } : {}),
  });

  const handlers: Handlers = {
    'run-started': ({ run, time, cells: names, expected, repeat }) => {
      state.run = run;
      repeated = repeat !== undefined;
      state.startedAt = time;
      for (const name of names) cells.set(name.id, waiting(name, expected?.seconds[name.id]));
    },
    'run-resumed': ({ time, cells: ids }) => {
      state.startedAt = time;
      state.ended = false;
      state.interruption = undefined;
      for (const id of ids) {
        const cell = cells.get(id);
        if (cell) cells.set(id, waiting(cell.name, cell.expected));
      }
    },
    'cell-skipped': ({ cell }) => cells.set(cell.id, { ...waiting(cell, undefined), status: 'skipped' }),
    'cell-started': ({ cell, time, attempt = 1 }) => {
      const before = cells.get(cell);
      if (!before) return;
      const { name, expected, worst } = before;
      cells.set(cell, { ...waiting(name, expected), status: 'running', startedAt: time, attempt, worst });
    },
    'cell-expected': ({ cell, seconds }) => change(cell, { expected: seconds }),
    'cell-archive': ({ cell, archive }) => change(cell, { archive }),
    'phase-started': ({ cell, phase, time }) => {
      cells.get(cell)?.phases.push({ phase, startedAt: time });
    },
    'phase-progress': (event) => {
      const phase = running(event);
      if (phase) phase.text = harmless(event.text);
    },
    'phase-ended': (event) => {
      const phase = running(event);
      if (phase) Object.assign(phase, { seconds: event.seconds, ok: event.ok });
    },
    'check-ended': (event) => {
      const cell = cells.get(event.cell);
      if (!cell) return;
      if (event.status === 'passed') cell.passed += 1;
      if (isFailure(event)) failures.push(failureOf(event, cell));
    },
    diagnosis: ({ cell, sentence }) => {
      const failure = failures.findLast((each) => each.cell.id === cell);
      if (failure) failure.diagnosis = harmless(sentence);
    },
    'cell-ended': ({ cell, status }) => {
      const worst = worse(cells.get(cell)?.worst ?? status, status);
      // Where each is run so many times, the worst of them is the verdict.
      change(cell, { worst, status: repeated ? worst : status });
    },
    note: ({ cell, text, topic }) => {
      if (topic === 'interruption') state.interruption = harmless(text);
      else state.notes = [...state.notes, harmless(cell ? `${cell}: ${text}` : text)].slice(-notesKept);
    },
    'run-ended': () => {
      state.ended = true;
    },
  };
  const change = (id: string, changes: Partial<CellState>) => {
    const cell = cells.get(id);
    if (cell) Object.assign(cell, changes);
  };

  return {
    state: state as RunState,
    see(event) {
      rest.see(event);
      (handlers[event.type] as ((event: RunEvent) => void) | undefined)?.(event);
    },
  };
}

function failureOf(event: CheckEnded & { status: FailureState['status'] }, cell: CellState): FailureState {
  const { check, status, reason } = event;
  const lines = (reason?.message ?? '').split('\n').map(harmless);
  return {
    cell: cell.name,
    attempt: cell.attempt,
    standIn: cell.archive === 'stand-in',
    check,
    status,
    reason: lines.filter(Boolean),
  };
}
