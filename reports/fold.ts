import type {
  ArchiveKind,
  Attachment,
  CellName,
  CheckEnded,
  ProxySummary,
  Reason,
  RunEvent,
  Status,
} from '../runners/events/event.ts';

/** What became of one check. `seconds` is 0 for one that never ran. */
export type CheckResult = Pick<CheckEnded, 'check' | 'status' | 'seconds' | 'reason'>;

/** What became of one cell: all its events in one place. */
export interface CellResult {
  readonly cell: CellName;
  readonly status: Status;
  /** Why the plan left it out; its one check is then `planned`, skipped. */
  readonly because?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt?: number | undefined;
  readonly seconds: number;
  /** The command to run this cell again. */
  readonly rerun?: string | undefined;
  readonly facts: Readonly<Record<string, string>>;
  /** What it was installed from, as far as it came. A stand-in's verdict is never one on the distribution. */
  readonly archive?: ArchiveKind | undefined;
  /** In the order in which they ended; never empty. */
  readonly checks: readonly CheckResult[];
  readonly attachments: readonly Pick<Attachment, 'name' | 'path'>[];
}

/** A run, as far as its events tell. */
export interface RunResult {
  readonly run: string;
  readonly startedAt: number;
  readonly properties: Readonly<Record<string, string>>;
  readonly cells: readonly CellResult[];
  readonly notes: readonly string[];
  /** What the package proxy did, where there was one. */
  readonly packages?: Pick<ProxySummary, 'archives' | 'mirrors' | 'replayOf'> | undefined;
  readonly interrupted: boolean;
  /** What went wrong with the run as a whole, on the harness's side. */
  readonly reason?: Reason | undefined;
}

const count = (checks: readonly CheckResult[], status: Status) =>
  checks.filter((each) => each.status === status).length;

/** The guest's fault weighs more than the harness's: it is the finding that a user looks for. */
function verdict(checks: readonly CheckResult[]): Status {
  if (count(checks, 'failed')) return 'failed';
  if (count(checks, 'error')) return 'error';
  if (count(checks, 'known')) return 'known';
  return count(checks, 'passed') ? 'passed' : 'skipped';
}

/** The first check that did not pass: the guest's failures before the harness's errors, and those before what is known. */
export function firstProblem({ checks }: CellResult): CheckResult | undefined {
  const first = (status: Status) => checks.find((each) => each.status === status);
  return first('failed') ?? first('error') ?? first('known');
}

/**
 * Folds a record into one result per cell. Nothing is silently missing: a cell that was to run and did not end has a check
 * `ended` with the status `error`, one left out by the plan has `planned`, skipped.
 */
export function foldRun(events: readonly RunEvent[]): RunResult {
  const of = <T extends RunEvent['type']>(type: T) =>
    events.filter((each): each is Extract<RunEvent, { type: T }> => each.type === type);
  const start = of('run-started')[0];
  const end = of('run-ended').at(-1);
  const lost: Reason = end?.interrupted
    ? { code: 'interrupted', message: 'the run was interrupted before this cell came to its end' }
    : (end?.reason ?? {
        code: 'interrupted',
        message: 'the record ends before this cell does: the runner was killed or died',
      });

  const ran = (start?.cells ?? []).map((cell): CellResult => {
    const mine = <
      T extends 'cell-started' | 'cell-ended' | 'cell-fact' | 'cell-archive' | 'check-ended' | 'attachment',
    >(
      type: T,
    ) => of(type).filter((each) => (each as { cell: string }).cell === cell.id);
    const started = mine('cell-started')[0];
    const ended = mine('cell-ended')[0];
    const last = events.findLast((each) => 'cell' in each && each.cell === cell.id);
    // The first word on a check counts: whatever comes later came of trying to end it.
    const checks: CheckResult[] = [
      ...new Map(
        mine('check-ended')
          .toReversed()
          .map((each) => [each.check, each]),
      ).values(),
    ]
      .toReversed()
      .map(({ check, status, seconds, reason }) => ({ check, status, seconds, ...(reason ? { reason } : {}) }));
    if (!ended) checks.push({ check: 'ended', status: 'error', seconds: 0, reason: lost });
    return {
      cell,
      status: verdict(checks),
      startedAt: started?.time,
      seconds: ended?.seconds ?? (started && last ? (last.time - started.time) / 1000 : 0),
      rerun: started?.rerun,
      archive: mine('cell-archive').at(-1)?.archive,
      facts: Object.fromEntries(mine('cell-fact').map(({ name, value }) => [name, value])),
      checks,
      attachments: mine('attachment').map(({ name, path }) => ({ name, path })),
    };
  });

  const skipped = of('cell-skipped').map(({ cell, because }): CellResult => {
    const reason = { code: 'not-planned', message: because };
    const checks: CheckResult[] = [{ check: 'planned', status: 'skipped', seconds: 0, reason }];
    return { cell, status: 'skipped', because, seconds: 0, facts: {}, checks, attachments: [] };
  });

  return {
    run: start?.run ?? 'unknown',
    startedAt: start?.time ?? events[0]?.time ?? 0,
    properties: start?.properties ?? {},
    cells: [...ran, ...skipped],
    notes: of('note').map(({ cell, text }) => (cell ? `${cell}: ${text}` : text)),
    packages: of('proxy-summary').at(-1),
    interrupted: end?.interrupted ?? false,
    reason: end?.reason,
  };
}
