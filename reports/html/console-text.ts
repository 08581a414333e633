import type { Excerpt } from './model.ts';

const ESC = '\\x1b';

/** Control sequences after ECMA-48 that are not SGR, the one which sets colours: nothing else of a terminal is shown. */
const OTHER_SEQUENCES = new RegExp(
  [
    `${ESC}\\[[0-?]*[ -/]*[@-ln-~]`,
    `${ESC}[\\]PX^_][^\\x07\\x1b]*(?:\\x07|${ESC}\\\\)`,
    `${ESC}[ -/]*[0-Z\\\\\`-~]`,
  ].join('|'),
  'g',
);

const OTHER_CONTROLS = new RegExp(`[\\p{Cc}--[\\t\\n\\r${ESC}]]`, 'gv');

/** How many lines around one that a finding rests on are shown, where the rest is cut. */
const AROUND = 40;

export interface ConsoleText {
  readonly numbers: readonly number[];
  readonly lines: readonly string[];
  /** Letters of each line and all before it: what is kept is weighed without being joined. */
  readonly weights: readonly number[];
  readonly total: number;
}

/**
 * The lines of a raw console log as a terminal would have left them, numbered as runners/channels/console counts them: a lone
 * carriage return ends a line too. Of a line that was written over and over (a progress bar) only the last state is kept.
 */
export function readConsole(raw: string): ConsoleText {
  const text = raw.replace(OTHER_SEQUENCES, '').replace(OTHER_CONTROLS, '').replace(/\r+\n/g, '\n');
  const numbers: number[] = [];
  const lines: string[] = [];
  const weights: number[] = [];
  let number = 0;
  let weight = 0;
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  for (const line of all) {
    const states = line.split(/\r+/);
    number += states.length;
    const last = states.findLast((state) => state !== '') ?? '';
    numbers.push(number);
    lines.push(last);
    weight += last.length + 1;
    weights.push(weight);
  }
  return { numbers, lines, weights, total: number };
}

/** What of it fits into so many letters: its end, and before that the surroundings of lines that a finding rests on. */
export function excerptsOf(text: ConsoleText, budget: number, wanted: readonly number[]): Excerpt[] {
  const { numbers, lines, weights } = text;
  const whole = weights.at(-1) ?? 0;
  if (whole <= budget) return lines.length ? [{ numbers, lines }] : [];
  const ranges: [from: number, to: number][] = [];
  let left = budget;
  for (const number of wanted) {
    const found = numbers.findIndex((each) => each >= number);
    if (found < 0) continue;
    const from = Math.max(0, found - AROUND);
    const to = Math.min(lines.length, found + AROUND / 4);
    const cost = (weights[to - 1] ?? 0) - (weights[from - 1] ?? 0);
    if (ranges.some(([start, end]) => from >= start && found < end) || cost > left / 2) continue;
    left -= cost;
    ranges.push([from, to]);
  }
  const tail = weights.findIndex((weight) => whole - weight <= left) + 1;
  ranges.push([Math.min(tail, lines.length - 1), lines.length]);
  return merged(ranges).map(([from, to]) => ({ numbers: numbers.slice(from, to), lines: lines.slice(from, to) }));
}

function merged(ranges: readonly [number, number][]): [number, number][] {
  const out: [number, number][] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = out.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}
