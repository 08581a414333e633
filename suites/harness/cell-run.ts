import type { Surroundings } from '../../runners/cell/surroundings.ts';
import type { Reason, Status } from '../../runners/events/event.ts';
import { matches } from '../../runners/matrix/cells.ts';
import type { PlannedCell } from '../../runners/matrix/plan.ts';
import type { KnownFailure } from '../../runners/matrix/schema.ts';
import type { CellContext, CellSuite, Check } from './check.ts';
import { classify } from './classify.ts';
import { within } from './deadline.ts';
import { againstKnown, OUTDATED } from './known.ts';

/** Seconds for diagnosing a failure, and for taking a cell down. */
const patience = 60;
/** The same after the user broke off; with the bound of the main thread, 30 s, still to come. */
const hurry = { body: 5, close: 20 };

/** What is worth a diagnosis, and keeps later checks from making sense. */
const BAD: ReadonlySet<Status> = new Set(['failed', 'error', 'known']);

/** A check's verdict, with what was thrown where something was. */
export interface Verdict {
  readonly status: Status;
  readonly reason?: Reason;
  readonly thrown?: unknown;
}

/** One attempt among those at a cell. */
export interface Turn {
  /** The command that runs the cell alone. */
  readonly rerun: string;
  /** By which known failures expire, such as 2026-11-23. */
  readonly today: string;
  /** From 1. */
  readonly attempt: number;
}

type Outcome = { readonly skipped: string } | undefined;

interface Work {
  readonly outcome: Promise<Outcome>;
  /** What it took, once it has ended. */
  seconds?: number;
}

const sinceThen = () => {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
};

const interrupted = (when: string, thrown: unknown): Verdict => ({
  status: 'error',
  reason: { code: 'interrupted', message: `the run was interrupted ${when}` },
  thrown,
});

/** One cell on its way through its checks: opens it, judges, skips what cannot be judged any more, closes it. */
export class CellRun<C extends CellContext> {
  readonly #planned: PlannedCell;
  readonly #suite: CellSuite<C>;
  readonly #given: Surroundings;
  readonly #turn: Turn;
  readonly #elapsed = sinceThen();
  readonly #statuses = new Set<Status>();
  /** What goes on beside the check that is being judged, by the check it belongs to. */
  readonly #begun = new Map<Check<C>, Work>();
  #opening: Promise<C> | undefined;
  #context: C | undefined;
  /** The check that failed and on which all later ones build. */
  #blocker: string | undefined;

  constructor(planned: PlannedCell, suite: CellSuite<C>, given: Surroundings, turn: Turn) {
    this.#planned = planned;
    this.#suite = suite;
    this.#given = given;
    this.#turn = turn;
    const { rerun, attempt } = turn;
    given.emit({ type: 'cell-started', cell: planned.cell.id, rerun, attempt });
  }

  /** Comes to a verdict on one check and emits it; never throws. */
  async judge(check: Check<C>): Promise<Verdict> {
    const elapsed = sinceThen();
    const found = await this.#verdict(check);
    const verdict = againstKnown(found, this.#knownOf(check), this.#turn.today);
    this.#end(check.title, verdict, this.#begun.get(check)?.seconds ?? elapsed());
    const { status, reason } = verdict;
    if (reason && reason.code !== 'interrupted' && reason.code !== OUTDATED && BAD.has(status)) {
      await this.#diagnose(reason, check.title);
      // Without a context, the cell could not be opened: then nothing can be judged.
      if (!check.independent || !this.#context || this.#context.lost) this.#blocker ??= check.title;
    }
    return verdict;
  }

  /**
   * Disposes of the cell's context and emits `cell-ended`. A clean-up that fails is an error of ours.
   *
   * @param decide what follows, now that all of this attempt has been told but its end: `again` says why another does. It is given
   * the seconds that the attempt took.
   */
  async close<T>(
    decide: (seconds: number) => { readonly again?: string | undefined; readonly outcome: T },
  ): Promise<T> {
    const elapsed = sinceThen();
    try {
      const seconds = this.#given.signal.aborted ? hurry.close : patience;
      await within(seconds, 'the cell to be taken down', this.#takeDown());
    } catch (thrown) {
      const { reason } = classify(thrown);
      const code = reason.code === 'bug' ? 'teardown-failed' : reason.code;
      this.#end('ended', { status: 'error', reason: { ...reason, code } }, elapsed());
    }
    const status =
      (['failed', 'error', 'known', 'passed', 'skipped'] as const).find((each) => this.#statuses.has(each)) ?? 'error';
    const seconds = this.#elapsed();
    const { again, outcome } = decide(seconds);
    const ended = { type: 'cell-ended', cell: this.#planned.cell.id, status, seconds } as const;
    this.#given.emit(again === undefined ? ended : { ...ended, again });
    return outcome;
  }

  async #verdict(check: Check<C>): Promise<Verdict> {
    if (this.#blocker !== undefined) {
      const reason = { code: 'after-failure', message: `because "${this.#blocker}" failed` };
      return { status: 'skipped', reason };
    }
    const { signal } = this.#given;
    if (signal.aborted) return interrupted(`before "${check.title}"`, signal.reason);
    try {
      if (check.independent) this.#beginBeside(check);
      const outcome = await this.#orAborted(this.#begun.get(check)?.outcome ?? this.#run(check));
      if (!outcome) return { status: 'passed' };
      return { status: 'skipped', reason: { code: 'not-needed', message: outcome.skipped } };
    } catch (thrown) {
      if (signal.aborted) return interrupted(`during "${check.title}"`, thrown);
      return { ...classify(thrown), thrown };
    }
  }

  #knownOf({ title }: Check<C>): readonly KnownFailure[] {
    const { cell, knownFailures } = this.#planned;
    const archive = this.#context?.archive ?? 'real';
    return knownFailures.filter(({ check, when }) => check === title && matches(when, cell, archive));
  }

  /** Begins what goes on beside the others, of the independent checks from this one to the next that all later ones need. */
  #beginBeside(check: Check<C>): void {
    const rest = this.#suite.checks.slice(this.#suite.checks.indexOf(check));
    const end = rest.findIndex(({ independent }) => !independent);
    for (const each of end < 0 ? rest : rest.slice(0, end)) {
      if (!each.meanwhile || this.#begun.has(each)) continue;
      const elapsed = sinceThen();
      const work: Work = { outcome: this.#run(each) };
      const ended = () => {
        work.seconds = elapsed();
      };
      work.outcome.then(ended, ended);
      this.#begun.set(each, work);
    }
  }

  async #run(check: Check<C>): Promise<Outcome> {
    this.#opening ??= this.#suite.open(this.#planned, this.#given);
    this.#context = await this.#opening;
    return (await check.body(this.#context)) ?? undefined;
  }

  /** Also what was still being opened when the check was given up. */
  async #takeDown(): Promise<void> {
    const context = await this.#opening?.catch(() => undefined);
    await context?.[Symbol.asyncDispose]();
  }

  /** A body that does not heed the signal must not keep its cell from being taken down. */
  async #orAborted(work: Promise<Outcome>): Promise<Outcome> {
    const { signal } = this.#given;
    const aborted = Promise.withResolvers<void>();
    const onAbort = () => aborted.resolve();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const outcome = await Promise.race([work, aborted.promise]);
      if (signal.aborted) await within(hurry.body, 'the check to heed the interruption', work);
      return outcome ?? undefined;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  async #diagnose(reason: Reason, check: string): Promise<void> {
    try {
      const hook = this.#context?.onFailure?.(reason, check);
      if (hook) await within(patience, 'the diagnosis', hook);
    } catch (thrown) {
      const text = `the diagnosis broke off: ${classify(thrown).reason.message}`;
      this.#given.emit({ type: 'note', cell: this.#planned.cell.id, text });
    }
  }

  #end(check: string, { status, reason }: Verdict, seconds: number): void {
    this.#statuses.add(status);
    const cell = this.#planned.cell.id;
    this.#given.emit({ type: 'check-ended', cell, check, status, seconds, ...(reason ? { reason } : {}) });
  }
}
