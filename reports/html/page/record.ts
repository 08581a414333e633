import type { CellBrief } from '../model.ts';
import { readLetter } from '../words.ts';

export interface CellRecord {
  readonly judged: number;
  /** At the first try. */
  readonly passed: number;
  readonly flaky: number;
  readonly bad: number;
}

/** What a cell's last runs come to, from the same kind of archive as now: a stand-in says nothing of the distribution. */
export function record({ past, standIn }: Pick<CellBrief, 'past' | 'standIn'>): CellRecord {
  const counts = { judged: 0, passed: 0, flaky: 0, bad: 0 };
  for (const letter of past) {
    const said = readLetter(letter);
    if (!said || said.verdict === 'skipped' || said.standIn !== standIn) continue;
    counts.judged += 1;
    if (said.verdict === 'passed') counts.passed += 1;
    else if (said.verdict === 'flaky') counts.flaky += 1;
    else counts.bad += 1;
  }
  return counts;
}
