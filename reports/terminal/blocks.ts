import { clock } from '../clock.ts';
import { shareOf, shownOf } from './grid.ts';
import { type Pen, sign } from './looks.ts';
import type { CellState, FailureState, PhaseState } from './state.ts';
import { clip, flow, widthOf } from './text.ts';

/** What is told of one thing: the first line is worth most. */
type Block = readonly string[];

/** The cells that run, in the order in which they started. */
export function runningBlocks(cells: Iterable<CellState>, now: number, columns: number, pen: Pen): Block[] {
  const running = [...cells].filter(({ status }) => status === 'running');
  return running
    .toSorted((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0))
    .map((cell) => runningBlock(cell, now, columns, pen));
}

function runningBlock(cell: CellState, now: number, columns: number, pen: Pen): Block {
  const { name, attempt, archive, phases } = cell;
  const marks = [...(attempt > 1 ? [`attempt ${attempt}`] : []), ...(archive === 'stand-in' ? ['stand-in'] : [])];
  const id = `${name.id}${marks.length ? ` (${marks.join(', ')})` : ''}`;
  const head = `${sign(shownOf(cell), pen, shareOf(cell, now))} ${id}  ${timeOf(cell, now, pen)}`;
  const current = phases.findLast(({ seconds }) => seconds === undefined);
  const doing = current ? phaseText(current, now) : checksText(cell);
  const whole = `${head}  ${doing}`;
  const first = widthOf(whole) <= columns ? [whole] : [clip(head, columns), clip(`  ${doing}`, columns)];
  const past = phases.filter(({ seconds }) => seconds !== undefined).map(pastText);
  if (current && cell.passed > 0) past.push(checksText(cell));
  return [...first, ...flow(past, columns - 2, ', ').map((line) => pen.paint('dim', `  ${line}`))];
}

/** "04:02 of about 06:00"; what takes longer than expected says so. */
function timeOf({ startedAt, expected }: CellState, now: number, pen: Pen): string {
  const seconds = (now - (startedAt ?? now)) / 1000;
  if (!expected) return clock(seconds);
  if (seconds <= expected) return `${clock(seconds)} of about ${clock(expected)}`;
  return pen.paint('yellow', `${clock(seconds)}, expected ${clock(expected)}`);
}

const phaseText = ({ phase, startedAt, text }: PhaseState, now: number) =>
  `${phase} ${clock((now - startedAt) / 1000)}${text ? ` – ${text}` : ''}`;
const pastText = ({ phase, seconds, ok }: PhaseState) =>
  `${phase} ${clock(seconds ?? 0)}${ok === false ? ' (broke off)' : ''}`;
const checksText = ({ passed }: CellState) => `${passed} ${passed === 1 ? 'check' : 'checks'} passed`;

/** Lines of a reason that a view has room for; all of them are in the summary. */
const reasonLines = 2;

/** What did not pass, in the order in which it came. */
export function failureBlocks(failures: readonly FailureState[], columns: number, pen: Pen): Block[] {
  return failures.map(({ cell, attempt, standIn, check, status, reason, diagnosis }) => {
    const marks = [...(attempt > 1 ? [`attempt ${attempt}`] : []), ...(standIn ? ['against a stand-in'] : [])];
    const which = `${cell.id}${marks.length ? ` (${marks.join(', ')})` : ''}`;
    const indented = (text: string) => `  ${clip(text, columns - 2)}`;
    return [
      clip(`${sign(status, pen)} ${which}  ${check}`, columns),
      ...(diagnosis ? flow(diagnosis.split(' '), columns - 2, ' ').map((line) => `  ${pen.paint('bold', line)}`) : []),
      ...reason.slice(0, reasonLines).map(indented),
    ];
  });
}

/** The blocks as they fit into so many lines: the first line of each before the second of any. What has no line is counted. */
export function upToDown(blocks: readonly Block[], lines: number, more: (count: number) => string): string[] {
  if (lines <= 0) return [];
  if (blocks.length > lines) {
    const shown = blocks.slice(0, lines - 1).map(([first = '']) => first);
    return [...shown, more(blocks.length - shown.length)];
  }
  let free = lines - blocks.length;
  return blocks.flatMap((block) => {
    const extra = Math.min(free, block.length - 1);
    free -= extra;
    return block.slice(0, 1 + extra);
  });
}

/** The newest blocks, each as whole as it can be, in their order. What has no line is counted. */
export function newest(blocks: readonly Block[], lines: number, more: (count: number) => string): string[] {
  if (lines <= 0) return [];
  if (blocks.reduce((sum, block) => sum + block.length, 0) <= lines) return blocks.flat();
  let free = lines - 1;
  const shown: Block[] = [];
  for (const block of blocks.toReversed()) {
    if (free < Math.min(2, block.length)) break;
    shown.unshift(block.slice(0, free));
    free -= Math.min(free, block.length);
  }
  if (shown.length === blocks.length) return shown.flat();
  return [more(blocks.length - shown.length), ...shown.flat()];
}
