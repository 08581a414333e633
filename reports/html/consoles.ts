import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { AttemptResult } from '../results.ts';
import { excerptsOf, readConsole } from './console-text.ts';
import type { ConsoleView, FileLink } from './model.ts';

/** A console that the page would like to have. */
export interface Wanted {
  readonly cell: number;
  /** The page is lost without those of what went wrong; those of the others are for comparing. */
  readonly bad: boolean;
  /** Of a new fault the first cell is read first. */
  readonly first: boolean;
  readonly attempt: AttemptResult;
  readonly file: FileLink;
}

/** Letters of consoles in a page: of one, and of all together. What does not fit is cut, and the page says so. */
export interface Budget {
  readonly each: number;
  readonly total: number;
  /** A shorter excerpt is not worth its place. */
  readonly least: number;
}

export const BUDGET: Budget = { each: 400_000, total: 16_000_000, least: 8000 };

/** Longer logs are those of a guest that went mad; of them the end is read, and the numbers of its lines count from there. */
const LONGEST = 64e6;

/** The consoles that fit: those of what went wrong first, one of each fault before the second of any. */
export function embedConsoles(wanted: readonly Wanted[], budget: Budget = BUDGET): Map<number, ConsoleView> {
  const rank = ({ bad, first }: Wanted) => (bad ? (first ? 0 : 1) : 2);
  const queue = wanted.toSorted((a, b) => rank(a) - rank(b));
  const views = new Map<number, ConsoleView>();
  let left = budget.total;
  let waiting = queue.filter(({ bad }) => bad).length || queue.length;
  for (const { cell, bad, attempt, file } of queue) {
    const share = Math.min(budget.each, bad ? Math.max(budget.least, left / Math.max(1, waiting)) : budget.each / 4);
    waiting -= 1;
    if (share > left) continue;
    const raw = read(file.path);
    if (raw === undefined) continue;
    const text = readConsole(raw);
    const excerpts = excerptsOf(text, share, linesOf(attempt));
    for (const { lines } of excerpts) left -= lines.reduce((sum, line) => sum + line.length + 1, 0);
    views.set(cell, { file, totalLines: text.total, excerpts });
  }
  return views;
}

/** The lines that findings rest on. */
const linesOf = ({ diagnosis, divergence }: AttemptResult): number[] =>
  [...(diagnosis?.lines ?? []), ...(divergence?.here.slice(0, 1) ?? [])].map(({ number }) => number);

/** A file that a crash took with it must not take the report along. */
function read(path: string): string | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, LONGEST));
    const length = readSync(file, buffer, 0, buffer.length, Math.max(0, size - LONGEST));
    return buffer.toString('utf8', 0, length);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
