import { type Bits, isEmpty, minus, sizeOf, within } from './bits.ts';
import { below, type Random, weighted } from './random.ts';

/**
 * The sets of steps that could be what breaks in a failing set: each must have a step in every gap, which is what a passing set
 * lacks of the failing one. Only sets without a superfluous step are counted; a further step is taken to be as unlikely as
 * `density` says.
 */
export interface Cover {
  /** How many there are, each weighed by its size; 0 where a passing set has all of the failing one. */
  readonly mass: number;
  /** The steps that are in any of them. */
  readonly steps: readonly number[];
  /** Those that fill all gaps by themselves. */
  readonly alone: readonly number[];
  readonly draw: (random: Random) => number[];
}

/** Steps that fill the same gaps cannot be told apart yet. */
interface Cell {
  /** A bit for each gap. */
  readonly mask: number;
  readonly steps: readonly number[];
}

/** As many gaps as a word has bits to work with; the narrowest say most. */
const GAPS = 30;
/** Beyond it sets of one size more are no longer counted. */
const EFFORT = 60_000;
const LARGEST = 6;

export function coverOf(failing: Bits, passes: readonly Bits[], density: number): Cover {
  const gaps = narrowest(passes.map((pass) => minus(failing, pass)));
  if (gaps.some(isEmpty)) return { mass: 0, steps: [], alone: [], draw: () => [] };
  const cells = cellsOf(gaps);
  const inGap = gaps.map((_, gap) => cells.filter(({ mask }) => (mask >>> gap) & 1));
  const widths = gaps.map(sizeOf);
  const full = 2 ** gaps.length - 1;
  const counts = counting(cells, inGap, widths);

  const masses: number[] = [];
  for (let length = 1; length <= LARGEST && counts.effort() < EFFORT; length += 1) {
    masses.push(counts.of(full, length) * density ** (length - 1));
    // One step more than is needed is worth a thought, two are not.
    if (length > 1 && (masses[length - 2] ?? 0) > 0) break;
  }
  const counted = masses.reduce((sum, mass) => sum + mass, 0);
  const draw = (random: Random): number[] => {
    const steps: number[] = [];
    let open = full;
    let length = counted > 0 ? weighted(random, masses) + 1 : 0;
    while (open !== 0) {
      const choices = inGap[narrowestOpen(open, widths)] ?? [];
      const weights = choices.map(({ mask, steps: alike }) => {
        const left = open & ~mask;
        if (length === 0) return alike.length * popcount(open & mask) ** 2;
        return length === 1
          ? left === 0
            ? alike.length
            : 0
          : left === 0
            ? 0
            : alike.length * counts.of(left, length - 1);
      });
      const cell = choices[weighted(random, weights)];
      if (!cell) break;
      steps.push(cell.steps[below(random, cell.steps.length)] ?? 0);
      open &= ~cell.mask;
      if (length > 0) length -= 1;
    }
    return steps;
  };
  const steps = cells.flatMap(({ steps: alike }) => alike);
  const alone = cells.flatMap(({ mask, steps: alike }) => ((mask & full) === full ? alike : []));
  // Where none could be counted there are some all the same: at least one for each way to fill the gaps one by one.
  return { mass: counted > 0 ? counted : density ** (LARGEST - 1), steps, alone, draw };
}

/** Counts sets of a length that fill the open gaps; the step for the narrowest gap is chosen first. */
function counting(cells: readonly Cell[], inGap: readonly Cell[][], widths: readonly number[]) {
  const known = new Map<number, number>();
  let effort = 0;
  const of = (open: number, length: number): number => {
    const key = open * 8 + length;
    const before = known.get(key);
    if (before !== undefined) return before;
    let sum = 0;
    if (length === 1) {
      effort += cells.length;
      for (const { mask, steps } of cells) if ((mask & open) === open) sum += steps.length;
    } else {
      const choices = inGap[narrowestOpen(open, widths)] ?? [];
      effort += choices.length;
      for (const { mask, steps } of choices) {
        const left = open & ~mask;
        if (left !== 0 && effort < 4 * EFFORT) sum += steps.length * of(left, length - 1);
      }
    }
    known.set(key, sum);
    return sum;
  };
  return { of, effort: () => effort };
}

function narrowest(gaps: readonly Bits[]): Bits[] {
  const sorted = gaps.map((gap) => ({ gap, width: sizeOf(gap) })).toSorted((a, b) => a.width - b.width);
  const least: Bits[] = [];
  for (const { gap } of sorted) if (least.length < GAPS && !least.some((each) => within(each, gap))) least.push(gap);
  return least;
}

function cellsOf(gaps: readonly Bits[]): Cell[] {
  const masks = new Int32Array(32 * (gaps[0]?.length ?? 0));
  for (const [gap, bits] of gaps.entries()) {
    for (let at = 0; at < bits.length; at += 1) {
      for (let rest = bits[at] ?? 0; rest !== 0; rest &= rest - 1) {
        const step = at * 32 + 31 - Math.clz32(rest & -rest);
        masks[step] = (masks[step] ?? 0) | (1 << gap);
      }
    }
  }
  const cells = new Map<number, number[]>();
  for (let step = 0; step < masks.length; step += 1) {
    const mask = masks[step] ?? 0;
    if (mask === 0) continue;
    const alike = cells.get(mask);
    if (alike) alike.push(step);
    else cells.set(mask, [step]);
  }
  return [...cells].map(([mask, steps]) => ({ mask, steps }));
}

function narrowestOpen(open: number, widths: readonly number[]): number {
  let best = -1;
  for (let gap = 0; gap < widths.length; gap += 1) {
    if ((open >>> gap) & 1 && (best < 0 || (widths[gap] ?? 0) < (widths[best] ?? 0))) best = gap;
  }
  return best;
}

function popcount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
