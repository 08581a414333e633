import { unquote } from '../../../image/kernel/configuration.ts';
import { conjuncts, type Expression, evaluate, type Values } from '../../../image/kernel/kconfig/expression.ts';
import type { KconfigTree, Option } from '../../../image/kernel/kconfig/tree.ts';
import type { Rule } from '../search/lattice.ts';
import type { Configuration } from './configuration.ts';
import type { Difference, Space } from './space.ts';

/** Going from its good to its bad value, `from` takes `to` along. */
interface Edge {
  readonly from: string;
  readonly to: string;
}

/** An option that nobody can set has no prompt. */
export const isChosenIn = (tree: KconfigTree) => (name: string) => (tree.get(name)?.prompts.length ?? 1) > 0;

/**
 * Which steps take others along, as far as Kconfig's files say it in plain words: what an option depends on, what selects it, and
 * whose choice it is part of. What they say in a more roundabout way is learnt from what Kconfig does.
 */
export function implicationsOf(space: Space, tree: KconfigTree): Rule[] {
  return followed(space, tree).flatMap(({ heads }, step) => heads.map((head) => ({ body: [step], head })));
}

/**
 * By step, the options that change with it although nobody can set them, as far as Kconfig's files say it in plain words. At either
 * end: what several select is there on the one side whoever of them goes, and comes on the other with the first of them.
 */
export function followersOf(space: Space, tree: KconfigTree): (readonly string[])[] {
  const differences = space.differences.map(({ name, good, bad }) => ({ name, good: bad, bad: good }));
  const back = followed({ ...space, differences, good: space.bad, bad: space.good }, tree);
  return followed(space, tree).map(({ between }, step) => [...new Set([...between, ...(back[step]?.between ?? [])])]);
}

/** By step, what it takes along: other steps, and options between it and them that are no steps. */
function followed({ differences, good, bad }: Space, tree: KconfigTree): Followed[] {
  const [atGood, atBad] = [plain(good), plain(bad)];
  const names = new Set([...atGood.keys(), ...atBad.keys()]);
  const changed = new Map<string, Difference>();
  for (const name of names) {
    const difference = { name, good: atGood.get(name) ?? 'n', bad: atBad.get(name) ?? 'n' };
    if (difference.good !== difference.bad) changed.set(name, difference);
  }
  const flipped = (name: string) => new Map(atGood).set(name, changed.get(name)?.bad ?? 'n');
  const edges = [...changed.values()].flatMap((difference): Edge[] => {
    const option = tree.get(difference.name);
    if (!option) return [];
    const goes = isOff(difference.bad) ? offEdges : onEdges;
    return [...goes(option, { tree, atGood, atBad, changed, flipped }), ...choiceEdges(option, changed)];
  });
  const steps = new Map(differences.map(({ name }, step) => [name, step]));
  return throughOthers(edges, steps);
}

interface Ends {
  readonly tree: KconfigTree;
  readonly atGood: Values;
  readonly atBad: Values;
  readonly changed: ReadonlyMap<string, Difference>;
  /** The good configuration with one option as the bad one has it. */
  readonly flipped: (name: string) => Values;
}

/**
 * An option that goes off goes with whatever it cannot be on without, and only together with what selects it. Where it is on
 * whenever it can be, the one thing it cannot be on without goes along.
 */
function offEdges(option: Option, ends: Ends): Edge[] {
  const { name } = option;
  const { tree, atGood, changed, flipped } = ends;
  const needed = symbolsOf(
    ...option.dependencies,
    ...option.prompts,
    ...option.defaults.flatMap(({ value, condition }) => [value, condition]),
  );
  const lost = needed.filter((other) => other !== name && changed.has(other) && !canBeOn(option, flipped(other)));
  const selectors = option.selectedBy.filter(
    ({ by, condition }) => changed.has(by) && isOn(atGood, by) && evaluate(condition, atGood),
  );
  // Of several the one that goes with each of the others.
  const least = lost.filter((one) =>
    lost.every((other) => other === one || !canBeOn(tree.get(one) ?? option, flipped(other))),
  );
  return [
    ...lost.map((other) => ({ from: other, to: name })),
    ...selectors.map(({ by }) => ({ from: name, to: by })),
    ...(isAlwaysOn(option, ends) ? least.slice(0, 1) : []).map((other) => ({ from: name, to: other })),
  ];
}

/** Nobody is asked whether it should be on, or nothing else is left of its choice. */
function isAlwaysOn({ type, prompts, choice }: Option, { atGood, atBad }: Ends): boolean {
  if (type !== 'bool' && type !== 'tristate') return true;
  if (!prompts.some((prompt) => evaluate(prompt, atGood))) return true;
  return choice !== undefined && !choice.members.some((member) => isOn(atBad, member));
}

/** An option that is switched on needs what it depends on, and comes with what selects it. */
function onEdges(option: Option, { atGood, atBad, changed, flipped }: Ends): Edge[] {
  const { name } = option;
  const definition = option.dependencies.find((dependency) => evaluate(dependency, atBad));
  const unmet = definition ? conjuncts(definition).filter((part) => !evaluate(part, atGood)) : [];
  const needed = unmet.flatMap((part) => {
    const candidates = symbolsOf(part).filter((other) => other !== name && changed.has(other));
    const enough = candidates.filter((other) => evaluate(part, flipped(other)));
    // Where one of several would do, all are taken: legal in any case.
    return enough.length === 1 ? enough : candidates;
  });
  const selectors = option.selectedBy.filter(
    ({ by, condition }) => changed.has(by) && isOn(atBad, by) && evaluate(condition, atBad),
  );
  const derived = option.prompts.length === 0 && selectors.length === 1 ? selectors : [];
  return [
    ...needed.map((other) => ({ from: name, to: other })),
    ...selectors.filter(({ by }) => !isOn(atGood, by)).map(({ by }) => ({ from: by, to: name })),
    ...derived.map(({ by }) => ({ from: name, to: by })),
  ];
}

function choiceEdges(option: Option, changed: ReadonlyMap<string, Difference>): Edge[] {
  const others = option.choice?.members.filter((other) => other !== option.name && changed.has(other)) ?? [];
  return others.map((other) => ({ from: option.name, to: other }));
}

/** Whether anything lets an option be on: for one that nobody is asked about that takes a default or somebody who selects it. */
function canBeOn(option: Option, values: Values): boolean {
  if (option.selectedBy.some(({ by, condition }) => isOn(values, by) && evaluate(condition, values))) return true;
  if (!option.dependencies.some((dependency) => evaluate(dependency, values))) return false;
  if (option.prompts.some((prompt) => evaluate(prompt, values))) return true;
  return option.defaults.some(({ condition, value }) => evaluate(condition, values) && evaluate(value, values));
}

interface Followed {
  readonly heads: readonly number[];
  readonly between: readonly string[];
}

/** From each step along the edges, as far as the next steps. */
function throughOthers(edges: readonly Edge[], steps: ReadonlyMap<string, number>): Followed[] {
  const next = Map.groupBy(edges, ({ from }) => from);
  return [...steps.keys()].map((name) => {
    const heads = new Set<number>();
    const seen = new Set([name]);
    const between: string[] = [];
    const waiting = [name];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const { to } of next.get(at) ?? []) {
        if (seen.has(to)) continue;
        seen.add(to);
        const head = steps.get(to);
        if (head !== undefined) heads.add(head);
        else {
          between.push(to);
          waiting.push(to);
        }
      }
    }
    return { heads: [...heads], between };
  });
}

export function symbolsOf(...expressions: readonly Expression[]): string[] {
  const names = new Set<string>();
  const visit = (expression: Expression): void => {
    switch (expression.kind) {
      case 'symbol':
        names.add(expression.name);
        return;
      case 'not':
        visit(expression.of);
        return;
      case 'and':
      case 'or':
      case 'compare':
        visit(expression.left);
        visit(expression.right);
    }
  };
  for (const expression of expressions) visit(expression);
  return [...names];
}

const plain = (values: Configuration): Values => new Map([...values].map(([name, value]) => [name, unquote(value)]));

const isOff = (value: string) => value === 'n';
const isOn = (values: Values, name: string) => ['y', 'm'].includes(values.get(name) ?? 'n');
