import { isOn, optionsOn } from './configuration.ts';
import type { Asked } from './fragment.ts';
import { conjuncts, type Expression, evaluate, type Values } from './kconfig/expression.ts';
import type { KconfigTree, Option } from './kconfig/tree.ts';

/** How a configuration differs from its base; options that are on, built in or as modules. */
export interface Counts {
  readonly base: number;
  readonly ours: number;
  /** On in ours, off in the base. */
  readonly added: number;
  /** On in the base, off in ours: the sum of the four below. */
  readonly off: number;
  /** Named in a fragment. */
  readonly named: number;
  /** Not named, below one that is off: what it depends on is not met any more. */
  readonly below: number;
  /** Cannot be set by anyone; nothing that is left selects it. */
  readonly unselected: number;
  /** The loser of a choice in which ours chooses otherwise, or whose default changed. */
  readonly otherwise: number;
}

/** Says of every option that the base has and ours has not how it went. */
export function count(base: Values, ours: Values, asked: readonly Asked[], tree: KconfigTree): Counts {
  const named = new Set(asked.filter(({ value }) => value === 'n').map(({ name }) => name));
  const off = optionsOn(base).filter((name) => !isOn(ours, name));
  const ways = off.map((name) => (named.has(name) ? 'named' : wayOff(tree.get(name), ours)));
  const times = (way: string) => ways.filter((one) => one === way).length;
  return {
    base: optionsOn(base).length,
    ours: optionsOn(ours).length,
    added: optionsOn(ours).filter((name) => !isOn(base, name)).length,
    off: off.length,
    named: times('named'),
    below: times('below'),
    unselected: times('unselected'),
    otherwise: times('otherwise'),
  };
}

function wayOff(option: Option | undefined, ours: Values): 'below' | 'unselected' | 'otherwise' {
  const unmet = (dependency: Expression) => conjuncts(dependency).some((part) => !evaluate(part, ours));
  if (option?.dependencies.every(unmet)) return 'below';
  return option?.prompts.length === 0 ? 'unselected' : 'otherwise';
}
