import { evaluate } from '../../../image/kernel/kconfig/expression.ts';
import type { KconfigTree, Option } from '../../../image/kernel/kconfig/tree.ts';
import type { Configuration, Legaliser } from './configuration.ts';

/** Beyond it options switch each other on and off for ever. */
const PASSES = 50;

/**
 * What `make olddefconfig` does, for trees of options that are on or off: enough to try a search on without a kernel tree. An
 * option is on where somebody who is on selects it; else it is off where what it depends on is not met; else it is as asked where
 * it has a prompt that can be seen, and its default where it has none.
 *
 * @throws Error where options switch each other for ever
 */
export function modelLegaliser(tree: KconfigTree): Legaliser {
  return async (asked) => settle(tree, asked);
}

export function settle(tree: KconfigTree, asked: Configuration): Configuration {
  const values = new Map(asked);
  for (let pass = 0; pass < PASSES; pass += 1) {
    let changed = false;
    for (const option of tree.values()) {
      const on = isToBeOn(option, asked, values, tree);
      if (on === values.has(option.name)) continue;
      if (on) values.set(option.name, 'y');
      else values.delete(option.name);
      changed = true;
    }
    if (!changed) return values;
  }
  throw new Error(`the options of this tree do not settle in ${PASSES} passes`);
}

function isToBeOn(option: Option, asked: Configuration, values: Configuration, tree: KconfigTree): boolean {
  if (option.choice) return option.name === chosen(option, asked, values, tree);
  if (option.selectedBy.some(({ by, condition }) => values.has(by) && evaluate(condition, values))) return true;
  if (!option.dependencies.some((dependency) => evaluate(dependency, values))) return false;
  if (option.prompts.some((prompt) => evaluate(prompt, values))) return asked.has(option.name);
  return option.defaults.some(({ condition, value }) => evaluate(condition, values) && evaluate(value, values));
}

/** Of a choice exactly one is on: the first that was asked for and can be, else the first that can be. */
function chosen(
  { choice }: Option,
  asked: Configuration,
  values: Configuration,
  tree: KconfigTree,
): string | undefined {
  const possible = (choice?.members ?? []).filter((name) =>
    tree.get(name)?.dependencies.some((dependency) => evaluate(dependency, values)),
  );
  return possible.find((name) => asked.has(name)) ?? possible[0];
}
