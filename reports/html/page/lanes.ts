import type { Slot } from '../model.ts';

/** In tenths of a second, as its start is: sums of decimal fractions are not exact. */
const endOf = ({ start, seconds }: Slot) => Math.round((start + seconds) * 10) / 10;

/** Attempts in as few lanes as they fit into without touching; given in the order of their start. */
export function lanesOf(slots: readonly Slot[]): Slot[][] {
  const lanes: Slot[][] = [];
  const free: number[] = [];
  for (const slot of slots) {
    const found = free.findIndex((until) => until <= slot.start);
    const lane = found < 0 ? lanes.length : found;
    free[lane] = endOf(slot);
    const row = lanes[lane];
    if (row) row.push(slot);
    else lanes.push([slot]);
  }
  return lanes;
}

/** The sum of something over all attempts that run, at each time it changes. */
export function stepsOf(
  slots: readonly Slot[],
  amount: (slot: Slot) => number,
  end: number,
): { times: number[]; values: number[] } {
  const changes = new Map<number, number>([
    [0, 0],
    [end, 0],
  ]);
  for (const slot of slots) {
    const stop = Math.min(end, endOf(slot));
    changes.set(slot.start, (changes.get(slot.start) ?? 0) + amount(slot));
    changes.set(stop, (changes.get(stop) ?? 0) - amount(slot));
  }
  const times = [...changes.keys()].toSorted((a, b) => a - b);
  let sum = 0;
  const values = times.map((time) => {
    sum += changes.get(time) ?? 0;
    return Math.max(0, Math.round(sum * 1000) / 1000);
  });
  return { times, values };
}
