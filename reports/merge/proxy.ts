import type { ArchiveTally, MirrorTally, ProxySummary } from '../../runners/events/event.ts';
import type { Part } from './events.ts';

/** What the package proxies of all parts did together; nothing where none had one. */
export function mergedProxy(parts: readonly Part[], time: number): ProxySummary[] {
  const found = parts.flatMap(({ result }) => result.packages ?? []);
  if (found.length === 0) return [];
  const replays = new Set(found.map(({ replayOf }) => replayOf));
  const [replayOf] = replays.size === 1 ? replays : [];
  const archives = summed(
    found.flatMap((each) => each.archives),
    'archive',
  ) as ArchiveTally[];
  const mirrors = summed(
    found.flatMap((each) => each.mirrors),
    'mirror',
  ) as MirrorTally[];
  return [{ type: 'proxy-summary', time, ...(replayOf === undefined ? {} : { replayOf }), archives, mirrors }];
}

/** Rows of the same name as one, their numbers added up. */
function summed<K extends string>(rows: readonly ({ readonly [P in K]: string } & object)[], key: K): object[] {
  const groups = Map.groupBy(rows, (row) => row[key]);
  return [...groups.values()].map((group) =>
    group.reduce((sum: Record<string, unknown>, row) => {
      const entries = Object.entries(row).map(([name, value]) => [
        name,
        typeof value === 'number' ? value + Number(sum[name] ?? 0) : value,
      ]);
      return Object.fromEntries(entries);
    }, {}),
  );
}
