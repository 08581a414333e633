import { UsageError } from '../../runners/errors.ts';
import type { CellContext, CellSuite } from '../harness/check.ts';

/**
 * Of a suite what has to be done to come to the checks that are wanted, and those; the whole suite where none is named.
 *
 * @param words each a part of the titles of the checks that count; upper and lower case are the same
 * @throws UsageError `unknown-check` with all titles
 */
export function narrowed<C extends CellContext>(suite: CellSuite<C>, words: readonly string[]): CellSuite<C> {
  if (words.length === 0) return suite;
  const wanted = new Set<string>();
  for (const word of words) {
    const found = suite.checks.filter(({ title }) => title.toLowerCase().includes(word.toLowerCase()));
    if (found.length === 0) throw unknown(word, suite);
    for (const { title } of found) wanted.add(title);
  }
  const last = suite.checks.findLastIndex(({ title }) => wanted.has(title));
  const checks = suite.checks.filter(
    ({ title, independent }, index) => index <= last && (wanted.has(title) || !independent),
  );
  return { ...suite, checks };
}

function unknown<C extends CellContext>(word: string, { checks }: CellSuite<C>): UsageError {
  return new UsageError({
    code: 'unknown-check',
    message: [
      `--check ${word}: no check has this in its title; there are:`,
      ...checks.map(({ title }) => `  ${title}`),
    ].join('\n'),
    hint: 'give a part of a title',
  });
}
