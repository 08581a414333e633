import { clock } from '../clock.ts';
import { failureBlocks, newest, runningBlocks, upToDown } from './blocks.ts';
import { drawGrid, gridHeight, gridOf, shownOf } from './grid.ts';
import { looks, type Pen, type Shown, sign } from './looks.ts';
import type { RunState } from './state.ts';
import { clip, flow } from './text.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A part of the frame that takes what lines it gets. */
interface Part {
  /** Lines without which it says too little, and with which it says all. */
  readonly least: number;
  readonly full: number;
  readonly draw: (lines: number) => readonly string[];
}

const fixed = (lines: readonly string[]): Part => ({
  least: lines.length,
  full: lines.length,
  draw: (count) => lines.slice(0, count),
});

/** The run at `now` (milliseconds since the epoch), in no more lines and columns than given. */
export function frame(state: RunState, now: number, { columns, rows }: Size, pen: Pen): string[] {
  const cells = [...state.cells.values()];
  const grid = gridOf(cells);
  const alone = cells.length === 1;
  const running = runningBlocks(cells, now, columns, pen);
  const failures = failureBlocks(state.failures, columns, pen);
  const moreFailures = (count: number) => pen.paint('dim', `${count} earlier, in the summary at the end`);
  const moreRunning = (count: number) => pen.paint('dim', `and ${count} more running`);
  const total = (blocks: readonly (readonly string[])[]) => blocks.reduce((sum, block) => sum + block.length, 0);

  const title = fixed([titleOf(state, now, columns, pen)]);
  const tally = fixed(alone ? [] : tallyOf(state, columns, pen));
  const broken = fixed(
    state.interruption ? [pen.paint('bold', clip(interruptionOf(state.interruption), columns))] : [],
  );
  const parts = {
    title,
    grid: {
      least: alone ? 0 : Math.min(4, gridHeight(grid)),
      full: alone ? 0 : gridHeight(grid),
      draw: (lines: number) => drawGrid(grid, now, columns, lines, pen),
    },
    tally,
    running: {
      least: Math.min(running.length, Math.max(2, Math.floor(rows / 6))),
      full: total(running),
      draw: (lines: number) => upToDown(running, lines, moreRunning),
    },
    failures: {
      least: Math.min(total(failures), Math.max(3, Math.floor(rows / 5))),
      full: total(failures),
      draw: (lines: number) => newest(failures, lines, moreFailures),
    },
    notes: notesOf(state, columns, pen),
    broken,
  } satisfies Record<string, Part>;

  const { title: head, grid: matrix, notes } = parts;
  const byNeed = [head, broken, parts.running, parts.failures, tally, matrix, notes];
  const byWish = [matrix, parts.failures, parts.running, notes];
  const given = share(byNeed, byWish, rows);
  const blocks = Object.values(parts).map((part) => part.draw(given.get(part) ?? 0));
  const lines = spaced(
    blocks.filter((part) => part.length > 0),
    rows,
  );
  return lines.map((line) => clip(line, columns));
}

/** What stays on the terminal when the run is over: the matrix, as long as it is. The summary says the rest. */
export function lastFrame(state: RunState, now: number, columns: number, pen: Pen): string[] {
  if (state.cells.size < 2) return [];
  const grid = gridOf(state.cells.values());
  return [...drawGrid(grid, now, columns, gridHeight(grid), pen), ...tallyOf(state, columns, pen)];
}

/** First to each what it needs, then to each what it could do with. */
function share(byNeed: readonly Part[], byWish: readonly Part[], rows: number): ReadonlyMap<Part, number> {
  const given = new Map<Part, number>();
  let free = rows;
  const give = (part: Part, upTo: number) => {
    const lines = Math.max(0, Math.min(free, upTo - (given.get(part) ?? 0)));
    given.set(part, (given.get(part) ?? 0) + lines);
    free -= lines;
  };
  for (const part of byNeed) give(part, part.least);
  for (const part of byWish) give(part, part.full);
  return given;
}

/** With an empty line between the parts where there are lines for all of those. */
function spaced(blocks: readonly (readonly string[])[], rows: number): string[] {
  const lines = blocks.flat().length + Math.max(0, blocks.length - 1);
  return lines > rows ? blocks.flat() : blocks.flatMap((block, place) => (place === 0 ? block : ['', ...block]));
}

function titleOf(state: RunState, now: number, columns: number, pen: Pen): string {
  const left = state.left(now) ?? 0;
  const cells = [...state.cells.values()].filter(({ status }) => status !== 'skipped');
  const done = cells.filter(({ status }) => status !== 'waiting' && status !== 'running').length;
  const time = clock((now - state.startedAt) / 1000);
  const words = [
    left > 0 ? `${time}, about ${clock(left)} left` : time,
    ...(cells.length > 1 ? [`${done} of ${cells.length} cells done`] : []),
  ];
  const [line = ''] = flow(words, columns);
  const whole = `run ${state.run}  ${words.join('  ')}`;
  return pen.paint('bold', whole.length <= columns ? whole : line);
}

/** Counts and legend in one. */
function tallyOf(state: RunState, columns: number, pen: Pen): string[] {
  const shown = [...state.cells.values()].map(shownOf);
  const words = (Object.keys(looks) as Shown[]).flatMap((each) => {
    const count = shown.filter((other) => other === each).length;
    return count === 0 ? [] : [`${sign(each, pen)} ${count} ${looks[each].words}`];
  });
  return flow(words, columns);
}

/** Notes are few and short; the newest say most. */
const notesShown = 3;

function notesOf({ notes }: RunState, columns: number, pen: Pen): Part {
  const lines = notes.slice(-notesShown).map((note) => pen.paint('dim', clip(`note: ${note}`, columns)));
  return { least: Math.min(1, lines.length), full: lines.length, draw: (count) => (count ? lines.slice(-count) : []) };
}

/** In the words of who typed it. */
const interruptionOf = (text: string) => text.replace(/^SIGINT/, 'Ctrl-C');
