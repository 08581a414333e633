import type { Readers } from '../../../image/kernel/readers.ts';
import type { Efforts } from '../search/effort.ts';
import type { Space } from './space.ts';

/**
 * What the steps of a space have compiled again.
 *
 * @param own by option, how many objects are there for it alone
 * @param followers by step, the options that change along with it
 */
export function effortsOf(
  { differences }: Pick<Space, 'differences'>,
  { objects, of }: Readers,
  own: ReadonlyMap<string, number>,
  followers: readonly (readonly string[])[],
): Efforts {
  const stepsOf = new Map<number, number[]>();
  for (const [step, { name }] of differences.entries()) {
    const read = [name, ...(followers[step] ?? [])].flatMap((option) => of.get(option) ?? []);
    for (const object of new Set(read)) stepsOf.set(object, [...(stepsOf.get(object) ?? []), step]);
  }
  const kinds = [...Map.groupBy(stepsOf.values(), (steps) => steps.join())].map(([, alike]) => alike);
  const ofStep: number[][] = differences.map(() => []);
  for (const [kind, [steps = []]] of kinds.entries()) for (const step of steps) ofStep[step]?.push(kind);
  const ownOf = differences.map(({ name, bad }, step): [number, number] => {
    const count = [name, ...(followers[step] ?? [])].reduce((sum, option) => sum + (own.get(option) ?? 0), 0);
    return bad === 'n' ? [0, count] : [count, 0];
  });
  return { whole: objects, kinds: kinds.map(({ length }) => length), of: ofStep, own: ownOf };
}
