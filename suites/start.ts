import { hostname, setPriority } from 'node:os';
import { join } from 'node:path';
import { foldRun, type RunResult } from '../reports/fold.ts';
import { createRunFolder, type RunFolder } from '../reports/folder.ts';
import { writeJunit } from '../reports/junit/junit.ts';
import { writeProgress } from '../reports/progress.ts';
import { followRecord, openRecord, readEvents } from '../reports/record.ts';
import { type ExitCode, exitCodeOf, summaryLines } from '../reports/summary.ts';
import type { Emit, Reason, RunEvent } from '../runners/events/event.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import type { Plan } from '../runners/matrix/plan.ts';
import { pasteable } from '../runners/process/command.ts';
import { classify } from './harness/classify.ts';
import type { SuiteInput } from './harness/input.ts';
import { watchForInterruption } from './harness/interruption.ts';
import { type Outlook, outlookOn } from './harness/outlook.ts';
import { runVitest } from './harness/vitest.ts';
import { type OpenPackages, withPackages } from './packages.ts';

/** What the command line knows and a report should say. */
export interface Setting {
  /** Facts of the whole run: commit, command line, QEMU version, accelerator… */
  readonly properties?: Readonly<Record<string, string>>;
  /** Where progress and summary go; stdout where absent. */
  readonly output?: NodeJS.WritableStream;
  /** The folders of a run that names none: where this one has others, the command to run a cell again names them. */
  readonly defaults?: Pick<RunOptions, 'cacheFolder' | 'outFolder'>;
  /** How guests get their packages; they are let out where absent. */
  readonly packages?: OpenPackages;
  /** What the run was told to be expected to take, where that was told. */
  readonly outlook?: Pick<Outlook, 'sideBySide'>;
  /** Absolute path of another suite than the matrix's own. */
  readonly suite?: string;
}

export interface RunOutcome {
  readonly exitCode: ExitCode;
  readonly result: RunResult;
  readonly folder: RunFolder;
}

function kernelFlags({ kernel, otherKernel }: RunOptions): Readonly<Record<string, string | undefined>> {
  switch (otherKernel?.kind) {
    case 'config':
      return { 'kernel-config': otherKernel.file };
    case 'tree':
      return { 'kernel-tree': otherKernel.folder };
    default:
      return { kernel: otherKernel?.kind ?? kernel };
  }
}

/** The command that runs one cell as this run does. */
export function rerunCommand(cell: string, options: RunOptions, defaults: Setting['defaults']): string {
  const { image, initrd, mirror, bootstrap, from, offline, direct, keep, console } = options;
  const archive = options.archive === 'real' ? undefined : options.archive;
  const cache = options.cacheFolder === defaults?.cacheFolder ? undefined : options.cacheFolder;
  const out = options.outFolder === defaults?.outFolder ? undefined : options.outFolder;
  const flags = { image, ...kernelFlags(options), initrd, archive, mirror, bootstrap, from, cache, out };
  const given = Object.entries(flags).filter(([, value]) => value !== undefined);
  return pasteable([
    ...['./stub-matrix', 'run', '--cell', cell],
    ...given.flatMap(([name, value]) => [`--${name}`, value as string]),
    ...(console === 'serial' ? [] : ['--console', console]),
    ...(offline ? ['--offline'] : []),
    ...(direct ? ['--direct'] : []),
    ...(keep ? ['--keep'] : []),
  ]);
}

/** Gives every check that has no verdict the one that is left: we cannot tell. */
function closeRecord(
  events: readonly RunEvent[],
  collected: ReadonlyMap<string, readonly string[]>,
  emit: Emit,
  why: string,
) {
  for (const [cell, titles] of collected) {
    const mine = events.filter((each) => 'cell' in each && each.cell === cell);
    if (mine.some((each) => each.type === 'cell-ended')) continue;
    const judged = new Set(mine.map((each) => (each.type === 'check-ended' ? each.check : undefined)));
    const reason: Reason = { code: 'interrupted', message: why };
    for (const check of titles) {
      if (!judged.has(check)) emit({ type: 'check-ended', cell, check, status: 'error', seconds: 0, reason });
    }
    const start = mine.find((each) => each.type === 'cell-started')?.time;
    const seconds = start === undefined ? 0 : (Date.now() - start) / 1000;
    emit({ type: 'cell-ended', cell, status: 'error', seconds });
  }
}

/**
 * Runs the cells of a plan and reports on them: events, progress on `output`, junit.xml and a summary. The first SIGINT or
 * SIGTERM ends it in order within 30 s, the second at once. To be followed by `process.exit(exitCode)`: after an interruption
 * that ran out of time, the suite's thread is still there.
 */
export async function startSuites(plan: Plan, options: RunOptions, setting: Setting = {}): Promise<RunOutcome> {
  const output = setting.output ?? process.stdout;
  // The suite's thread inherits it, and so does all that it starts.
  if (options.nice !== undefined) setPriority(options.nice);
  const folder = createRunFolder(options.outFolder, new Date());
  using record = openRecord(folder.events);
  using progress = writeProgress(output);
  using follower = followRecord(folder.events, progress.listener);
  const { emit } = record;

  const cells = plan.run.map(({ cell }) => cell);
  const properties = { hostname: hostname(), node: process.version, ...setting.properties };
  const seconds = Object.fromEntries(plan.run.map(({ cell, expected }) => [cell.id, expected]));
  const { sideBySide: jobs } = setting.outlook ?? (await outlookOn(plan, options));
  emit({ type: 'run-started', run: folder.id, cells, expected: { seconds, jobs }, properties });
  for (const skipped of plan.skip) emit({ type: 'cell-skipped', ...skipped });

  const end = (interrupted: boolean, reason?: Reason) =>
    emit({ type: 'run-ended', interrupted, ...(reason ? { reason } : {}) });
  if (plan.run.length === 0) {
    end(false, { code: 'nothing-to-run', message: 'the plan leaves no cell to run' });
  } else {
    const note = (text: string) => emit({ type: 'note', text });
    using interruption = watchForInterruption(folder.id, note, () => end(true));
    const input: SuiteInput = {
      run: folder.id,
      runPath: folder.path,
      events: folder.events,
      cells: plan.run.map((planned) => ({ planned, rerun: rerunCommand(planned.cell.id, options, setting.defaults) })),
      options,
    };
    const collected = new Map<string, readonly string[]>();
    const suite = setting.suite ?? join(import.meta.dirname, 'matrix.test.ts');
    const { id: run, path, events } = folder;
    const given = { run, cells: plan.run, options, folder: path, note, signal: interruption.signal };
    const running = withPackages(setting.packages, given, { events, emit }, (proxy) =>
      runVitest(suite, proxy ? { ...input, options: { ...options, proxy } } : input, collected),
    ).catch((error: unknown) => classify(error).reason);
    const reason = await Promise.race([running, interruption.outOfTime]);
    const why = `the ${interruption.interrupted ? 'run was interrupted' : 'suite broke down'} before this check came to a verdict`;
    closeRecord(readEvents(folder.events), collected, emit, why);
    end(interruption.interrupted, interruption.interrupted ? undefined : (reason ?? undefined));
  }

  follower.catchUp();
  const result = foldRun(readEvents(folder.events));
  writeJunit(result, folder.junit);
  for (const line of summaryLines(result, folder.junit)) output.write(`${line}\n`);
  return { exitCode: exitCodeOf(result), result, folder };
}
