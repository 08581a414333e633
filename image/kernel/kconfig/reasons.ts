import { suggest } from '../../../runners/matrix/suggest.ts';
import { conjuncts, describe, evaluate, type Values } from './expression.ts';
import type { KconfigTree, Option } from './tree.ts';

/**
 * Why an option has not the value that was asked for, in Kconfig's own terms, a line each.
 *
 * @param wanted as in a .config; `n` for off
 * @param values the configuration that came out
 */
export function whyNot(tree: KconfigTree, values: Values, name: string, wanted: string): string[] {
  const option = tree.get(name);
  if (!option) return [`there is no such option on this architecture: ${suggest(name, [...tree.keys()])}`];
  const lines = wanted === 'n' ? whyOn(option, values) : whyOff(option, values);
  return lines.length > 0 ? lines : [`defined in ${option.at}; Kconfig gives no reason that could be read`];
}

function whyOff(option: Option, values: Values): string[] {
  const lines: string[] = [];
  if (!option.dependencies.some((dependency) => evaluate(dependency, values))) {
    for (const dependency of option.dependencies) {
      const unmet = conjuncts(dependency).filter((part) => !evaluate(part, values));
      // A menu and an option in it often name the same condition.
      const named = new Set(unmet.map((part) => describe(part, values)));
      lines.push(`depends on ${[...named].join(' and on ')} (${option.at})`);
    }
    return lines;
  }
  const chosen = option.choice?.members.find((member) => member !== option.name && values.get(member) === 'y');
  if (chosen) return [`one of a choice, in which ${chosen} is chosen`];
  if (option.prompts.length === 0) {
    const selectors = option.selectedBy.map(({ by }) => by);
    return [
      `cannot be set (no prompt, ${option.at}); ${selectors.length > 0 ? `selected by ${selectors.slice(0, 8).join(', ')}` : 'nothing selects it'}`,
    ];
  }
  const hidden = option.prompts.filter((prompt) => !evaluate(prompt, values));
  if (hidden.length === option.prompts.length) {
    return [`can be set only if ${hidden.map((prompt) => describe(prompt, values)).join(' or if ')} (${option.at})`];
  }
  return lines;
}

function whyOn(option: Option, values: Values): string[] {
  const selectors = option.selectedBy.filter(({ by, condition }) => values.has(by) && evaluate(condition, values));
  if (selectors.length > 0) return selectors.map(({ by }) => `selected by ${by} [=${values.get(by)}]`);
  const inChoice = option.choice?.members.filter((member) => member !== option.name);
  if (inChoice) return [`one of a choice, in which nothing else is chosen: ${inChoice.join(', ')}`];
  if (option.prompts.some((prompt) => evaluate(prompt, values))) return [];
  const when = option.prompts.map((prompt) => describe(prompt, values)).join(' or if ');
  const given = option.defaults.find(({ condition }) => evaluate(condition, values));
  const origin = given ? `is ${describe(given.value, values)} by default` : 'is on by itself';
  return [`${origin} and ${when ? `can be unset only if ${when}` : 'cannot be unset (no prompt)'} (${option.at})`];
}
