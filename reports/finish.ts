import { dirname, join } from 'node:path';
import { explain } from '../runners/errors.ts';
import type { EventBody } from '../runners/events/event.ts';
import { divergencesOf } from './divergence/of-run.ts';
import { foldRun, type RunResult } from './fold.ts';
import type { RunFolder } from './folder.ts';
import { HISTORY, type History, openHistory } from './history/history.ts';
import { NO_HISTORY, type History as PageHistory } from './html/past.ts';
import { writeJunit } from './junit/junit.ts';
import { writeSummary } from './markdown/summary.ts';
import { readRun } from './run-record.ts';

/** What a report is made of. */
export interface ReportInput {
  readonly result: RunResult;
  readonly folder: RunFolder;
  /** Absent where it could not be opened. */
  readonly history?: History | undefined;
}

/** Writes one report. @returns its path. */
type Report = (input: ReportInput) => Promise<string> | string;

/** What is made of a run besides junit.xml. A report more is a row more. */
const REPORTS: readonly Report[] = [
  ({ result, folder, history }) => {
    writeSummary(
      result,
      folder.summary,
      history &&
        (({ cell, archive }) =>
          history.lastGood(cell.id, { ...(archive ? { archive } : {}), before: result.startedAt })),
    );
    return folder.summary;
  },
  // Loaded when it is made: it brings what draws plots.
  async ({ result, folder, history }) => {
    const { writeHtml } = await import('./html/write.ts');
    await writeHtml(result, history ? pastOf(history) : NO_HISTORY, folder.html);
    return folder.html;
  },
];

/** How many runs the page looks back. */
const LOOKED_BACK = 100;

function pastOf(history: History): PageHistory {
  const runs = history.lastRuns(LOOKED_BACK);
  const cells = function* () {
    for (const { run } of runs) yield* history.ofRun(run);
  };
  return { runs, cells: cells() };
}

export interface FinishOptions {
  /** Whether the run goes into the history beside its folder, and reports tell of it; as a rule it does. */
  readonly history?: boolean;
  /** Somebody is at work on the run. The reports tell how far it is; the history has it when it has ended. */
  readonly goesOn?: boolean;
}

export interface Finished {
  /** What the reports say; with a note for each of them that could not be made. */
  readonly result: RunResult;
  /** Absolute paths of what was written, junit.xml first. */
  readonly files: readonly string[];
}

/**
 * Makes everything that is made of a run from its record: the history's rows, junit.xml, summary.md, index.html. Does the same as often as
 * it is called. Only junit.xml is needed by all: what goes wrong with the others is a note.
 *
 * @throws what reading the record and writing junit.xml throws.
 */
export async function finishReports(
  folder: RunFolder,
  { history: keeps = true, goesOn = false }: FinishOptions = {},
): Promise<Finished> {
  const notes: string[] = [];
  const note = (text: string) => void notes.push(text);
  const told = foldRun(readRun(folder.path), { goesOn });
  using history = keeps
    ? await attempt('the history is not kept', note, () => historyOf(told, folder, { goesOn, note }))
    : undefined;
  // What is noted of a report stands in those that are made after it, and on the terminal.
  const result = () => ({ ...told, notes: [...told.notes, ...notes] });
  writeJunit(result(), folder.junit);
  const files = [folder.junit];
  for (const report of REPORTS) {
    const file = await attempt('a report is missing', note, () => report({ result: result(), folder, history }));
    if (file !== undefined) files.push(file);
  }
  return { result: result(), files };
}

/**
 * Where the cells of a run that went wrong tell another story than in their last good runs: for the record, before the run ends.
 * Nothing where no history can be read; that is noted when the reports are made.
 */
export function divergences(folder: RunFolder): EventBody[] {
  const result = foldRun(readRun(folder.path));
  if (result.cells.every(({ status, flaky }) => !flaky && status !== 'failed' && status !== 'error')) return [];
  try {
    using history = openHistory(join(dirname(folder.path), HISTORY), { recording: folder.id });
    return divergencesOf(result, history);
  } catch {
    return [];
  }
}

/** The history, with this run in it where it has ended. */
function historyOf(
  result: RunResult,
  folder: RunFolder,
  { goesOn, note }: { readonly goesOn: boolean; readonly note: (text: string) => void },
): History {
  const history = openHistory(join(dirname(folder.path), HISTORY), { note, recording: folder.id });
  try {
    if (!goesOn) history.record(result);
    return history;
  } catch (error) {
    history[Symbol.dispose]();
    throw error;
  }
}

async function attempt<T>(
  what: string,
  note: (text: string) => void,
  work: () => Promise<T> | T,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    note(`${what}: ${explain(error)}`);
    return undefined;
  }
}
