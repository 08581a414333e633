import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CellName, EventBody } from '../../runners/events/event.ts';
import { foldRun, type RunResult } from '../fold.ts';
import { runId } from '../folder.ts';
import { noon, xfs } from '../sample.ts';

/** What a cell of a made-up run does. */
export interface Story {
  readonly cell?: CellName;
  readonly status?: 'passed' | 'failed' | 'error';
  /** Of the attempts before the last. */
  readonly before?: readonly ('passed' | 'failed' | 'error')[];
  readonly seconds?: number;
  readonly imageSeconds?: number;
  readonly archive?: 'real' | 'stand-in';
  readonly installed?: boolean;
  readonly memory?: number;
  readonly facts?: Readonly<Record<string, string>>;
}

const nights = (number: number) => noon + number * 86_400_000;

/** The id of the run of a night, counted from 0. */
export const idOf = (night: number) => runId(new Date(nights(night)), Buffer.from([0, night]));

/** The events of a run of one night, of which each cell does as its story has it. */
export function eventsOf(night: number, stories: readonly Story[], root: string, run = idOf(night)) {
  let time = nights(night);
  const events: ({ time: number } & EventBody)[] = [];
  const emit = (body: EventBody, after = 0) => {
    time += after * 1000;
    events.push({ time, ...body });
  };
  const cells = stories.map(({ cell = xfs }) => cell);
  emit({ type: 'run-started', run, cells, properties: { commit: `c${night}` } });
  for (const story of stories) {
    const { status = 'passed', before = [], cell: { id: cell } = xfs } = story;
    for (const [index, verdict] of [...before, status].entries()) {
      const attempt = index + 1;
      emit({ type: 'cell-started', cell, rerun: `./stub-matrix run --cell ${cell}`, attempt });
      tell(story, cell, verdict, emit, join(root, run, 'cells', cell, `console-${attempt}.log`));
    }
  }
  emit({ type: 'run-ended', interrupted: false });
  return events;
}

function tell(
  { seconds = 100, imageSeconds = 10, archive = 'real', installed = false, memory, facts = {} }: Story,
  cell: string,
  status: 'passed' | 'failed' | 'error',
  emit: (body: EventBody, after?: number) => void,
  console: string,
) {
  const span = (phase: string, seconds: number) => {
    emit({ type: 'phase-started', cell, phase });
    emit({ type: 'phase-ended', cell, phase, seconds, ok: true }, seconds);
  };
  emit({ type: 'cell-archive', cell, archive });
  const told = installed ? { ...facts, 'installed disk': 'abc (reused)' } : facts;
  for (const [name, value] of Object.entries(told)) emit({ type: 'cell-fact', cell, name, value });
  emit({ type: 'attachment', cell, name: 'console', path: console });
  span('image', imageSeconds);
  if (!installed) span('install', seconds - imageSeconds);
  const reason = status === 'passed' ? {} : { reason: { code: 'panic', message: 'no init' } };
  emit({ type: 'check-ended', cell, check: 'boots', status, seconds: 1, ...reason });
  if (memory !== undefined) emit({ type: 'cell-usage', cell, peakMemoryMiB: memory, cpuSeconds: memory / 10 });
  emit({ type: 'cell-ended', cell, status, seconds });
}

export const resultOf = (...given: Parameters<typeof eventsOf>): RunResult => foldRun(eventsOf(...given));

/** Writes the record of a run as it would lie in the folder of the reports. @returns the run's folder. */
export function writeRunFolder(root: string, night: number, stories: readonly Story[], run = idOf(night)): string {
  const path = join(root, run);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const lines = eventsOf(night, stories, root, run).map((event) => `${JSON.stringify(event)}\n`);
  writeFileSync(join(path, 'events.ndjson'), lines.join(''));
  return path;
}
