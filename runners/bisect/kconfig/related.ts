import type { KconfigTree, Option } from '../../../image/kernel/kconfig/tree.ts';
import { type Bits, bitsOf } from '../search/bits.ts';
import { isChosenIn, symbolsOf } from './implications.ts';
import type { Space } from './space.ts';

/**
 * By step, the other steps that its value is likely to hang on, in whatever way: what Kconfig's files name where they say when it is
 * on, through options that nobody can set as far as the next steps. One that somebody can set and that is the same at both ends
 * mostly stays as it is, whatever stands behind it.
 */
export function relatedOf({ differences }: Space, tree: KconfigTree): Bits[] {
  const steps = new Map(differences.map(({ name }, step) => [name, step]));
  const isChosen = isChosenIn(tree);
  return differences.map(({ name }) => {
    const found: number[] = [];
    const seen = new Set([name]);
    const waiting = [name];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const other of namedBy(tree.get(at))) {
        if (seen.has(other)) continue;
        seen.add(other);
        const step = steps.get(other);
        if (step !== undefined) found.push(step);
        else if (!isChosen(other)) waiting.push(other);
      }
    }
    return bitsOf(differences.length, found);
  });
}

function namedBy(option: Option | undefined): readonly string[] {
  if (!option) return [];
  const { dependencies, prompts, defaults, selectedBy, choice } = option;
  return [
    ...symbolsOf(...dependencies, ...prompts, ...defaults.flatMap(({ value, condition }) => [value, condition])),
    ...selectedBy.flatMap(({ by, condition }) => [by, ...symbolsOf(condition)]),
    ...(choice?.members ?? []),
  ];
}
