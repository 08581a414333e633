import { hostname } from 'node:os';
import { foldRun } from '../reports/fold.ts';
import { createRunFolder } from '../reports/folder.ts';
import { openRecord } from '../reports/record.ts';
import type { Reason } from '../runners/events/event.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import type { Plan } from '../runners/matrix/plan.ts';
import { outlookOn } from './harness/outlook.ts';
import { setAside } from './resume/aside.ts';
import { leftToDo } from './resume/broken-off.ts';
import { own, takeOver } from './resume/owner.ts';
import { cutTornEnd, type FoundRecord } from './resume/record.ts';
import { readRunFile, writeRunFile } from './resume/run-file.ts';
import { type RunOutcome, type Setting, sit } from './sitting.ts';

const NOTHING: Reason = { code: 'nothing-to-run', message: 'the plan leaves no cell to run' };

/**
 * Runs the cells of a plan and reports on them: events, progress on `output`, junit.xml and a summary. The first SIGINT or
 * SIGTERM ends it in order within 30 s, the second at once. To be followed by `process.exit(exitCode)`: after an interruption
 * that ran out of time, the suite's thread is still there.
 */
export async function startSuites(plan: Plan, options: RunOptions, setting: Setting = {}): Promise<RunOutcome> {
  const folder = createRunFolder(options.outFolder, new Date());
  using _owner = own(folder.path);
  const { run, skip } = plan;
  writeRunFile(folder.path, { version: 1, run: folder.id, flags: setting.flags ?? {}, plan: { run, skip }, options });
  using record = openRecord(folder.events);
  const { cells: seconds, sideBySide: jobs } = await outlookOn(plan, options);
  record.emit({
    type: 'run-started',
    run: folder.id,
    cells: run.map(({ cell }) => cell),
    expected: { seconds, jobs },
    ...(options.repeat === undefined ? {} : { repeat: options.repeat }),
    properties: { hostname: hostname(), node: process.version, ...setting.properties },
  });
  for (const skipped of skip) record.emit({ type: 'cell-skipped', ...skipped });
  const cells = run.map((planned) => ({ planned, finished: [] }));
  const past = { events: [], bytes: 0 };
  return await sit({ folder, record, options, cells, before: 0, past, nothing: NOTHING }, setting);
}

/** What a reader of the one report should know of how it came about. */
function notesOn({ events, torn }: FoundRecord, { properties = {} }: Setting): string[] {
  const began = foldRun(events).properties.commit;
  const now = properties.commit;
  return [
    ...(torn > 0 ? [`the record's last ${torn} bytes were no whole event, and were cut off`] : []),
    ...(began === now || now === undefined ? [] : [`the run began at commit ${began}, and goes on at ${now}`]),
  ];
}

/**
 * Goes on with a run that was broken off, in its folder and its record: with the cells that have no end, and, where they are to be
 * attempted again, with those that failed. What was told of the others stays. Otherwise as `startSuites`.
 *
 * @param runPath absolute path of the run's folder. What a killed run leaves besides its evidence is to be cleared before.
 * @param changes of its options, those that say how to run and not what
 * @throws UsageError, HarnessError as `brokenOff`
 */
export async function resumeSuites(
  runPath: string,
  changes: Partial<RunOptions> = {},
  setting: Setting = {},
): Promise<RunOutcome> {
  using _owner = await takeOver(runPath, readRunFile(runPath).run);
  const { folder, file, options, record: found, unfinished } = leftToDo(runPath, changes);
  cutTornEnd(folder.events, found);
  writeRunFile(runPath, { ...file, options, flags: { ...file.flags, ...setting.flags } });
  using record = openRecord(folder.events);
  record.emit({ type: 'run-resumed', cells: unfinished.map(({ planned }) => planned.cell.id) });
  for (const text of notesOn(found, setting)) record.emit({ type: 'note', text });
  for (const { planned, finished } of unfinished) {
    const { id: cell } = planned.cell;
    const aside = setAside(runPath, cell, finished.length + 1);
    if (aside)
      record.emit({ type: 'note', cell, text: `what it had done when the run was broken off lies in ${aside}` });
  }
  const before = found.events.filter(({ type }) => type === 'run-resumed').length + 1;
  const past = { events: found.events, bytes: found.whole };
  return await sit({ folder, record, options, cells: unfinished, before, past }, setting);
}
