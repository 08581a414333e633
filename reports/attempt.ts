import type { ArchiveKind, Reason, RunEvent, Status } from '../runners/events/event.ts';
import type { AttemptResult, CheckResult, PhaseResult } from './results.ts';

/** An attempt while its events are being read; plain data that is written to, nothing else. */
export interface OpenAttempt {
  readonly attempt: number;
  startedAt?: number;
  /** Milliseconds since the epoch, of its latest event. */
  lastAt: number;
  /** Seconds, once it has ended. */
  seconds?: number;
  /** By title. The first word on a check counts: whatever comes later came of trying to end it. */
  readonly checks: Map<string, CheckResult>;
  readonly phases: { name: string; startedAt: number; seconds?: number; ok?: boolean }[];
  readonly attachments: { readonly name: string; readonly path: string }[];
  readonly facts: Record<string, string>;
  archive?: ArchiveKind;
  usage?: AttemptResult['usage'];
  diagnosis?: AttemptResult['diagnosis'];
  divergence?: AttemptResult['divergence'];
  capsule?: string;
}

export const openAttempt = (attempt: number, time: number): OpenAttempt => ({
  attempt,
  lastAt: time,
  checks: new Map(),
  phases: [],
  attachments: [],
  facts: {},
});

type Handlers = {
  readonly [T in RunEvent['type']]?: (open: OpenAttempt, event: Extract<RunEvent, { type: T }>) => void;
};

/** What each event means to the attempt that it belongs to. */
const handlers: Handlers = {
  'cell-started': (open, { time }) => {
    open.startedAt = time;
  },
  'cell-fact': (open, { name, value }) => {
    open.facts[name] = value;
  },
  'cell-archive': (open, { archive }) => {
    open.archive = archive;
  },
  'phase-started': (open, { phase, time }) => {
    open.phases.push({ name: phase, startedAt: time });
  },
  'phase-ended': (open, { phase, seconds, ok, time }) => {
    const begun = open.phases.findLast((each) => each.name === phase && each.ok === undefined);
    if (begun) Object.assign(begun, { seconds, ok });
    else open.phases.push({ name: phase, startedAt: time - seconds * 1000, seconds, ok });
  },
  'check-ended': (open, { check, status, seconds, reason }) => {
    if (!open.checks.has(check)) open.checks.set(check, { check, status, seconds, ...(reason ? { reason } : {}) });
  },
  attachment: (open, { name, path }) => {
    open.attachments.push({ name, path });
  },
  'cell-usage': (open, { peakMemoryMiB, cpuSeconds }) => {
    open.usage = { peakMemoryMiB, cpuSeconds };
  },
  diagnosis: (open, { code, sentence, lines, signature }) => {
    open.diagnosis = { code, sentence, lines, signature };
  },
  divergence: (open, { against, here, there }) => {
    open.divergence = { against, here, there };
  },
  capsule: (open, { path }) => {
    open.capsule = path;
  },
  'cell-ended': (open, { seconds }) => {
    open.seconds = seconds;
  },
};

/** Takes in an event that belongs to the attempt. */
export function see(open: OpenAttempt, event: RunEvent): void {
  open.lastAt = event.time;
  (handlers[event.type] as ((open: OpenAttempt, event: RunEvent) => void) | undefined)?.(open, event);
}

/** Whether it came to its end by itself. */
export const isFinished = (open: OpenAttempt) =>
  open.seconds !== undefined && ![...open.checks.values()].some(({ reason }) => reason?.code === 'interrupted');

/** The guest's fault weighs more than the harness's: it is the finding that a user looks for. */
const WEIGHT = ['failed', 'error', 'known', 'passed'] as const;

const verdict = (checks: readonly CheckResult[]): Status =>
  WEIGHT.find((status) => checks.some((each) => each.status === status)) ?? 'skipped';

/** The first of those that came off worst. */
export const worstOf = (attempts: readonly AttemptResult[]): AttemptResult | undefined =>
  [...WEIGHT, 'skipped'].map((status) => attempts.find((each) => each.status === status)).find((each) => each);

/** The first check that did not pass: the guest's failures before the harness's errors, and those before what is known. */
export function firstProblem({ checks }: Pick<AttemptResult, 'checks'>): CheckResult | undefined {
  const first = (status: Status) => checks.find((each) => each.status === status);
  return first('failed') ?? first('error') ?? first('known');
}

const unknown: Reason = { code: 'unknown', message: 'the record has no end of it' };

/** What the fault is called where nobody has diagnosed it. */
const byCheck = ({ check, reason }: CheckResult) => `${reason?.code ?? 'unknown'}: ${check}`;

/** @param lost why an attempt without an end has none. */
export function closeAttempt(open: OpenAttempt, lost = unknown): AttemptResult {
  const checks = [...open.checks.values()];
  if (open.seconds === undefined) checks.push({ check: 'ended', status: 'error', seconds: 0, reason: lost });
  const problem = firstProblem({ checks });
  const { attempt, startedAt, lastAt, attachments, usage, diagnosis, divergence, capsule } = open;
  const phases = open.phases.map(
    ({ seconds, ...phase }): PhaseResult => ({ ...phase, seconds: seconds ?? (lastAt - phase.startedAt) / 1000 }),
  );
  return {
    attempt,
    status: verdict(checks),
    finished: isFinished(open),
    startedAt,
    seconds: open.seconds ?? (startedAt === undefined ? 0 : (lastAt - startedAt) / 1000),
    checks,
    phases,
    attachments,
    usage,
    diagnosis,
    divergence,
    capsule,
    signature: problem && (diagnosis?.signature ?? byCheck(problem)),
  };
}
