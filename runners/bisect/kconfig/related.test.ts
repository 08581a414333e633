import { expect, test } from 'vitest';
import { bitsOf, membersOf } from '../search/bits.ts';
import { latticeOf } from '../search/lattice.ts';
import { realise } from './candidate.ts';
import { isChosenIn } from './implications.ts';
import { kconfigOf, on } from './kconfig.test-support.ts';
import { modelLegaliser } from './kconfig-model.ts';
import { relatedOf } from './related.ts';
import { type Space, spaceOf } from './space.ts';

const OTHERS = Array.from({ length: 200 }, (_, at) => `N${at}`);
const names = ['A', 'B', 'S', 'OWNER', 'LEAF', ...OTHERS];
/** On at both ends. */
const KEPT = 'KEPT';

/** LEAF goes when both A and B have gone, which it sees through an option without a prompt; S stays for as long as OWNER is on. */
const TEXT = [
  ...['A', 'B', 'S', ...OTHERS].map((name) => `config ${name}\n\tbool "${name}"`),
  'config OWNER\n\tbool "owner"\n\tselect S if N7',
  'config HIDDEN\n\tdef_bool A || B',
  `config ${KEPT}\n\tbool "kept"\n\tdepends on N9 || !N9`,
  `config LEAF\n\tbool "leaf"\n\tdepends on HIDDEN && ${KEPT}`,
].join('\n\n');

async function given() {
  const tree = await kconfigOf(TEXT);
  const space = spaceOf(on([...names, 'HIDDEN', KEPT]), on([KEPT]), isChosenIn(tree));
  const at = (name: string) => space.differences.findIndex((each) => each.name === name);
  return { tree, space, at, set: (...some: string[]) => bitsOf(names.length, some.map(at)) };
}

const namesIn = ({ differences }: Space, steps: readonly number[]) =>
  steps.map((step) => differences[step]?.name ?? '');

test('what an option hangs on is read through those without a prompt alone, and selects count', async () => {
  const { tree, space, at } = await given();
  const related = relatedOf(space, tree);
  const of = (name: string) => namesIn(space, membersOf(related[at(name)] ?? bitsOf(0, []))).toSorted();
  expect(of('LEAF')).toEqual(['A', 'B']);
  expect(of('S')).toEqual(['N7', 'OWNER']);
  expect(of('N1')).toEqual([]);
});

test.for([
  { asked: ['A', 'B', ...OTHERS.slice(20)], rule: { body: ['A', 'B'], head: 'LEAF' } },
  { asked: ['S', ...OTHERS.slice(20)], rule: undefined },
])('of $asked.0 and others it is found out with fewer runs, and with the same result', async ({ asked, rule }) => {
  const { tree, space, set } = await given();
  const realised = async (related?: ReturnType<typeof relatedOf>) => {
    let runs = 0;
    const legalise: ReturnType<typeof modelLegaliser> = (values) => {
      runs += 1;
      return modelLegaliser(tree)(values);
    };
    const candidate = await realise(set(...asked), space, latticeOf(names.length, []), legalise, related);
    return { runs, set: candidate.set, rules: candidate.rules };
  };
  const [blind, led] = [await realised(), await realised(relatedOf(space, tree))];
  expect(led.set).toEqual(blind.set);
  expect(led.runs).toBeLessThan(blind.runs);
  if (!rule) return;
  for (const { rules } of [blind, led]) {
    const told = rules.map(({ body, head }) => ({
      body: namesIn(space, body).toSorted(),
      head: namesIn(space, [head])[0],
    }));
    expect(told).toContainEqual(rule);
  }
});
