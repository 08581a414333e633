import type { RunEvent } from '../runners/events/event.ts';

/** How long a run will still take, from what its cells are expected to take. A fold over events, without a clock. */
export interface Remaining {
  see(event: RunEvent): void;
  /** In seconds at `now` (milliseconds since the epoch); `undefined` where nothing is expected or nothing is left. */
  at(now: number): number | undefined;
}

export function remaining(): Remaining {
  let jobs = 1;
  /** Seconds by id, of the cells that have not ended, in the order in which they start. */
  const expected = new Map<string, number>();
  /** The same as it was at the start. */
  let planned: ReadonlyMap<string, number> = new Map();
  const startedAt = new Map<string, number>();
  return {
    see(event) {
      if (event.type === 'run-started' && event.expected) {
        jobs = Math.max(1, event.expected.jobs);
        for (const { id } of event.cells) expected.set(id, event.expected.seconds[id] ?? 0);
        planned = new Map(expected);
      } else if (event.type === 'run-resumed') {
        expected.clear();
        startedAt.clear();
        for (const id of event.cells) expected.set(id, planned.get(id) ?? 0);
      } else if (event.type === 'cell-started') startedAt.set(event.cell, event.time);
      else if (event.type === 'cell-expected') expected.set(event.cell, event.seconds);
      else if (event.type === 'cell-ended' && event.again === undefined) expected.delete(event.cell);
      // The run is being broken off: what waits will not be run.
      else if (event.type === 'check-ended' && event.reason?.code === 'interrupted') expected.clear();
    },
    at(now) {
      if (expected.size === 0) return undefined;
      const busy: number[] = [];
      const waiting: number[] = [];
      for (const [cell, seconds] of expected) {
        const began = startedAt.get(cell);
        if (began === undefined) waiting.push(seconds);
        else busy.push(Math.max(0, seconds - (now - began) / 1000));
      }
      // Each place is free after what runs in it; the next cell takes the first that is.
      const places = [...busy, ...new Array<number>(Math.max(0, jobs - busy.length)).fill(0)];
      for (const seconds of waiting) {
        const first = places.indexOf(Math.min(...places));
        places[first] = (places[first] ?? 0) + seconds;
      }
      return Math.max(...places);
    },
  };
}
