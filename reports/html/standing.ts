import type { ArchiveKind } from '../../runners/events/event.ts';
import type { CellBrief, FactChange } from './model.ts';
import type { LastGood } from './past.ts';
import { readLetter, type Verdict } from './words.ts';

const BAD: ReadonlySet<Verdict> = new Set(['failed', 'error']);
const GOOD: ReadonlySet<Verdict> = new Set(['passed', 'flaky']);

/**
 * Since when a cell is as it is. What ran against a stand-in says nothing about the distribution, and the other way round, so
 * only runs from the same kind of archive are compared; where the kind never became known, all are.
 *
 * @param past a letter for each run before this one, oldest first
 */
export function standing(
  verdict: Verdict,
  archive: ArchiveKind | undefined,
  past: string,
): Pick<CellBrief, 'change' | 'since' | 'times'> {
  const isBad = (each: Verdict) => (verdict === 'known' ? each === 'known' : BAD.has(each));
  const bad = BAD.has(verdict) || verdict === 'known';
  let since = past.length;
  let times = 1;
  let before: Verdict | undefined;
  for (let index = past.length - 1; index >= 0; index--) {
    const said = readLetter(past[index] ?? '');
    if (!said || said.verdict === 'skipped') continue;
    if (archive !== undefined && said.standIn !== (archive === 'stand-in')) continue;
    before ??= said.verdict;
    if (!bad || !isBad(said.verdict)) break;
    since = index;
    times += 1;
  }
  if (!bad) return before && BAD.has(before) && GOOD.has(verdict) ? { change: 'fixed' } : {};
  if (times > 1) return { change: 'still', since, times };
  return { change: before === undefined ? 'first' : 'new', since, times };
}

/** What a fact says besides the state of the world: whether a thing had to be made this time. */
const HOW = / \((?:reused|built)\)$/;
/** Facts that are others in every run. */
const VOLATILE = /^(?:restored|checkpoint of .*)$/;

/**
 * The facts that are others than in the last good run, our own commit before all. Of one that did not come to be known this
 * time nothing is said.
 */
export function changesSince(
  good: LastGood | undefined,
  facts: Readonly<Record<string, string>>,
  commitThen?: string,
  commitNow?: string,
): FactChange[] {
  if (!good) return [];
  const commit =
    commitThen && commitNow && commitThen !== commitNow
      ? [{ name: 'commit', before: commitThen.slice(0, 12), after: commitNow.slice(0, 12) }]
      : [];
  const others = Object.entries(facts).flatMap(([name, value]) => {
    const before = good.facts[name]?.replace(HOW, '');
    const after = value.replace(HOW, '');
    return VOLATILE.test(name) || before === after
      ? []
      : [{ name, ...(before === undefined ? {} : { before }), after }];
  });
  return [...commit, ...others];
}
