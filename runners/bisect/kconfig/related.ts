import type { KconfigTree, Option } from '../../../image/kernel/kconfig/tree.ts';
import { type Bits, bitsOf } from '../search/bits.ts';
import { symbolsOf } from './implications.ts';
import type { Space } from './space.ts';

/**
 * By step, the other steps that its value hangs on, in whatever way: what Kconfig's files name where they say when it is on, through
 * options that are no steps as far as the next ones. None is missing of those that act on it alone; who they are together with is
 * for Kconfig to tell.
 */
export function relatedOf({ differences }: Space, tree: KconfigTree): Bits[] {
  const steps = new Map(differences.map(({ name }, step) => [name, step]));
  return differences.map(({ name }) => {
    const found: number[] = [];
    const seen = new Set([name]);
    const waiting = [name];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const other of namedBy(tree.get(at))) {
        if (seen.has(other)) continue;
        seen.add(other);
        const step = steps.get(other);
        if (step === undefined) waiting.push(other);
        else found.push(step);
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
