import type { CellName, Note, RunEnded, RunEvent, RunStarted } from '../../runners/events/event.ts';
import type { RunResult } from '../fold.ts';
import { moved } from '../moved.ts';
import { MERGED, partsOf } from '../parts.ts';
import { mergedProxy } from './proxy.ts';

/** A run that is to become part of another. */
export interface Part {
  readonly result: RunResult;
  readonly events: readonly RunEvent[];
}

/** Where a file of a part comes to lie; `nth` is 0 in the first part that has the cell, 1 in the second. */
export type Place = (path: string, part: Part, cell: string, nth: number) => string;

/** What of one part's events of one cell goes into the whole. */
interface Share {
  /** By how much the numbers of its attempts go up. */
  readonly offset: number;
  readonly nth: number;
}

/**
 * The events of one run that says what its parts said, part by part, each in its own order. A cell that several of them ran is
 * told with all their attempts, the earliest first, and noted; of one that came to its end in some, the others are left out.
 *
 * @param parts in the order of their starts.
 */
export function mergedEvents(run: string, parts: readonly Part[], place: Place): RunEvent[] {
  const { shares, notes } = sharesOf(parts);
  const hosts = new Set(parts.map(({ result }) => result.properties.hostname));
  const bodies = parts.flatMap((part) => {
    const { hostname } = part.result.properties;
    return part.events.flatMap((event) => {
      const kept = keptOf(event, part, shares, place);
      // Which of several hosts a cell ran on is a fact about the cell.
      if (kept?.type !== 'cell-started' || hosts.size < 2 || hostname === undefined) return kept ?? [];
      return [kept, { type: 'cell-fact', time: kept.time, cell: kept.cell, name: 'host', value: hostname } as const];
    });
  });
  const ending = endOf(parts);
  const noted = notes.map((text): Note => ({ type: 'note', time: ending.time, text }));
  return [startOf(run, parts), ...skippedOf(parts), ...bodies, ...mergedProxy(parts, ending.time), ...noted, ending];
}

function sharesOf(parts: readonly Part[]) {
  const shares = new Map<Part, Map<string, Share>>(parts.map((part) => [part, new Map()]));
  const notes: string[] = [];
  const ran = parts.flatMap((part) =>
    part.result.cells.filter(({ because }) => because === undefined).map((cell) => ({ part, cell })),
  );
  for (const [id, all] of Map.groupBy(ran, ({ cell }) => cell.cell.id)) {
    const finished = all.filter(({ cell }) => cell.finished);
    const told = finished.length > 0 ? finished : all.slice(-1);
    let offset = 0;
    for (const [nth, { part, cell }] of told.entries()) {
      shares.get(part)?.set(id, { offset, nth });
      offset += cell.attempts.at(-1)?.attempt ?? 0;
    }
    if (all.length < 2) continue;
    const where = all.map((each) => {
      const { part, cell } = each;
      return `${part.result.run} (${told.includes(each) ? cell.status : 'broken off, left out'})`;
    });
    notes.push(`${id} ran in ${where.join(' and in ')}${told.length > 1 ? ': told as attempts of one cell' : ''}`);
  }
  return { shares, notes };
}

/** An event as it stands in the whole; nothing for one that is made anew for it, or belongs to what is left out. */
function keptOf(
  event: RunEvent,
  part: Part,
  all: ReadonlyMap<Part, ReadonlyMap<string, Share>>,
  place: Place,
): RunEvent | undefined {
  const shares = all.get(part) as ReadonlyMap<string, Share>;
  if (event.type === 'run-resumed') return { ...event, cells: event.cells.filter((id) => shares.has(id)) };
  if (!('cell' in event) || typeof event.cell !== 'string') return event.type === 'note' ? event : undefined;
  const { cell } = event;
  const share = shares.get(cell);
  if (!share) return undefined;
  const here = (path: string) => place(path, part, cell, share.nth);
  if (event.type === 'cell-started') return { ...event, attempt: (event.attempt ?? 1) + share.offset };
  return moved(event, here);
}

function startOf(run: string, parts: readonly Part[]): RunStarted {
  const starts = parts.flatMap(({ events }) => events.filter((event) => event.type === 'run-started').slice(0, 1));
  const cells = new Map<string, CellName>();
  for (const cell of starts.flatMap((start) => start.cells)) if (!cells.has(cell.id)) cells.set(cell.id, cell);
  const names = new Set(starts.flatMap(({ properties }) => Object.keys(properties)));
  const properties = [...names].map((name) => {
    const values = new Set(starts.flatMap(({ properties }) => properties[name] ?? []));
    return [name, [...values].join(', ')] as const;
  });
  const whole = parts.flatMap(({ result }) => [result.run, ...partsOf(result)]);
  return {
    type: 'run-started',
    time: parts.reduce((first, { result }) => Math.min(first, result.startedAt), Number.POSITIVE_INFINITY),
    run,
    cells: [...cells.values()],
    expected: {
      seconds: Object.assign({}, ...starts.map(({ expected }) => expected?.seconds ?? {})),
      jobs: starts.reduce((sum, { expected }) => sum + (expected?.jobs ?? 1), 0),
    },
    properties: { ...Object.fromEntries(properties), [MERGED]: [...new Set(whole)].join(', ') },
  };
}

/** What no part ran, once each. */
function skippedOf(parts: readonly Part[]): RunEvent[] {
  const ran = new Set(
    parts.flatMap(({ result }) => result.cells.flatMap((each) => (each.because === undefined ? [each.cell.id] : []))),
  );
  return parts.flatMap(({ events }) =>
    events.filter((event) => {
      if (event.type !== 'cell-skipped' || ran.has(event.cell.id)) return false;
      ran.add(event.cell.id);
      return true;
    }),
  );
}

function endOf(parts: readonly Part[]): RunEnded {
  const reason = parts.find(({ result }) => result.reason)?.result.reason;
  return {
    type: 'run-ended',
    time: parts.reduce((last, { result }) => Math.max(last, result.endedAt), 0),
    interrupted: parts.some(({ result }) => result.interrupted),
    ...(reason ? { reason } : {}),
  };
}
