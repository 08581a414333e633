import { distance } from 'fastest-levenshtein';
import type { ConsoleLine, Divergence } from '../../runners/events/observations.ts';
import { type Line, type Section, sectionsOf } from './sections.ts';

/** How many lines are shown before the one in which the stories part, and how many in all. */
const BEFORE = 2;
const SHOWN = 5;

/** So many lines of the good run must be missing at the end of a section before it counts as having ended too early. */
const MISSING = 3;

/** Words without which a line that is new is no news, as long as the story goes on as it did in the good run. */
const TROUBLE =
  /error|fail|cannot|can't|could not|unable|not found|no such|denied|refused|time[ds]? ?out|panic|oops|\bBUG\b|trouble|invalid|missing|dependency|emergency|killed|corrupt|unexpected|unknown|does not|dropping|gave up|nothing to/i;

const shown = ({ number, text }: Line): ConsoleLine => ({ number, text });

const around = (lines: readonly Line[], index: number): ConsoleLine[] => {
  const from = Math.max(0, index - BEFORE);
  return lines.slice(from, from + SHOWN).map(shown);
};

type Finding = Pick<Divergence, 'here' | 'there'>;

/** How often each shape is said. */
function countsOf(lines: readonly Line[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { shape } of lines) counts.set(shape, (counts.get(shape) ?? 0) + 1);
  return counts;
}

/** The kernel's own: its drivers fail at what an emulated machine does not have, differently each time. */
const OF_KERNEL = /^\[+ *\d/;
const KERNEL_TROUBLE =
  /panic|Oops|BUG:|I\/O error|Out of memory|blocked for more|soft lockup|stall|corrupt|Unable to mount|unable to handle|unknown .*compatible|unsupported optional|SQUASHFS error|Attempted to kill/;

const isTrouble = (text: string): boolean => (OF_KERNEL.test(text) ? KERNEL_TROUBLE : TROUBLE).test(text);

/** On a busy host an emulated serial port loses letters, up to so many of a line: a part of its length, or these few. */
const PART_LOST = 0.2;
const LETTERS_LOST = 2;
/** In shorter lines a letter is a lot. */
const LONG_ENOUGH = 16;

const isMisspelt = (shape: string, known: ReadonlySet<string>): boolean => {
  const most = Math.max(LETTERS_LOST, Math.floor(shape.length * PART_LOST));
  if (shape.length < LONG_ENOUGH) return false;
  return [...known].some((each) => Math.abs(each.length - shape.length) <= most && distance(each, shape) <= most);
};

/** Two lines that were written at the same time, by the kernel and by a program, come as one: each half is known. */
function isMixed(shape: string, known: ReadonlySet<string>): boolean {
  for (const each of known) {
    if (each.length < 8 || !shape.includes(each)) continue;
    const rest = shape.replace(each, '').replace(/^[\s#[\].]+|[\s#[\].]+$/g, '');
    if (rest.length < 8 || [...known].some((other) => other.includes(rest))) return true;
  }
  return false;
}

const isKnown = (shape: string, known: ReadonlySet<string>): boolean =>
  known.has(shape) || isMisspelt(shape, known) || isMixed(shape, known);

/** Where in the good run a line of this one would stand: behind the line that both have in common before it. */
function placeOf(here: readonly Line[], index: number, there: readonly Line[]): number {
  const counts = countsOf(there);
  for (let at = index - 1; at >= 0; at -= 1) {
    const { shape } = here[at] as Line;
    if (counts.get(shape) === 1) return there.findIndex((line) => line.shape === shape) + 1;
  }
  return 0;
}

/** Of the good run's lines that it says once, the index of the first of those at its end that never came; none where it did end. */
function missingEnd(
  here: readonly Line[],
  there: readonly Line[],
  known: readonly ReadonlySet<string>[],
): number | undefined {
  const said = new Set(here.map(({ shape }) => shape));
  const counts = countsOf(there);
  const once = there.flatMap((line, index) =>
    // What not every good run says is no part of the story.
    counts.get(line.shape) === 1 && known.every((other) => other.has(line.shape)) ? [{ ...line, index }] : [],
  );
  const last = once.findLastIndex(({ shape }) => said.has(shape));
  return once.length - 1 - last >= MISSING ? once[last + 1]?.index : undefined;
}

function compare({ lines: here }: Section, { lines: there }: Section, others: readonly Section[]): Finding | undefined {
  const known = new Set([there, ...others.map(({ lines }) => lines)].flat().map(({ shape }) => shape));
  const end = missingEnd(
    here,
    there,
    others.map(({ lines }) => new Set(lines.map(({ shape }) => shape))),
  );
  const news = here.flatMap(({ shape }, index) => (isKnown(shape, known) ? [] : [index]));
  // Behind the last line of the story that it still told, anything new is news.
  const told = here.findLastIndex(({ shape }) => known.has(shape));
  const first = news.find((index) => isTrouble((here[index] as Line).text) || (end !== undefined && index > told));
  if (first !== undefined) return { here: around(here, first), there: around(there, placeOf(here, first, there)) };
  if (end === undefined) return undefined;
  return { here: here.slice(-BEFORE).map(shown), there: around(there, end) };
}

/**
 * The first line in which a console tells another story than the last good run of the same cell, with a few lines around it, and
 * what the good run says there; nothing where both tell the same. What services start in another order, how long things take
 * and where in memory they lie is no other story; nor are lines that are new and complain of nothing, unless it ends with them.
 *
 * Both consoles are compared by what happens in them (stub's boot, the install, the boots of what was installed). Of what the good
 * run did not do, such as an install, nothing is said.
 *
 * @param here all lines of the console of the run that failed
 * @param there those of the good run
 * @param others those of further good runs: what they say is nothing new either, what they do not say need not come
 */
export function firstDivergence(
  here: readonly string[],
  there: readonly string[],
  others: readonly (readonly string[])[] = [],
): Finding | undefined {
  const mine = sectionsOf(here);
  const good = sectionsOf(there);
  const further = others.map(sectionsOf);
  const find = (sections: readonly Section[], wanted: string) => sections.find(({ label }) => label === wanted);
  for (const section of mine) {
    const counterpart = find(good, section.label);
    const found =
      counterpart &&
      compare(
        section,
        counterpart,
        further.flatMap((each) => find(each, section.label) ?? []),
      );
    if (found) return found;
  }
  const lastLabel = mine.at(-1)?.label;
  const next = good.findIndex(({ label }) => label === lastLabel) + 1;
  const never = next > 0 ? good[next] : undefined;
  if (!never) return undefined;
  return { here: (mine.at(-1)?.lines ?? []).slice(-BEFORE).map(shown), there: never.lines.slice(0, SHOWN).map(shown) };
}
