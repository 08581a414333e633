import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KconfigTree } from '../../image/kernel/kconfig/tree.ts';
import { type Bisection, bisect } from './bisect.ts';
import { court } from './court.test-support.ts';
import { realise } from './kconfig/candidate.ts';
import { type Configuration, digestOf } from './kconfig/configuration.ts';
import { implicationsOf, isChosenIn } from './kconfig/implications.ts';
import { kconfigOf, on } from './kconfig/kconfig.test-support.ts';
import { modelLegaliser, settle } from './kconfig/kconfig-model.ts';
import { type Space, spaceOf } from './kconfig/space.ts';
import { bitsOf, membersOf } from './search/bits.ts';
import { latticeOf } from './search/lattice.ts';

const SIZE = 8;

const plainNeeds = ['', '', 'one', 'both', 'not'];
/** Each option may depend on earlier ones in one of several ways, may select an earlier one, and may have no prompt. */
const anyKconfig = (needs: readonly string[]) =>
  fc
    .array(
      fc.record({
        needs: fc.constantFrom(...needs),
        selects: fc.boolean(),
        hidden: fc.boolean(),
        a: fc.nat(99),
        b: fc.nat(99),
      }),
      { minLength: SIZE, maxLength: SIZE },
    )
    .map((options) =>
      options
        .map(({ needs, selects, hidden, a, b }, index) => {
          const earlier = (number: number) => `O${number % Math.max(1, index)}`;
          const [one, other] = [earlier(a), earlier(b)];
          const conditions: Record<string, string> = {
            one,
            both: `${one} && ${other}`,
            either: `${one} || ${other}`,
            not: `!${one}`,
          };
          return [
            `config O${index}`,
            // Hidden ones follow another, as def_bool does.
            hidden && index > 1 ? `\tdef_bool ${one}` : '\tbool "option"',
            ...(index > 0 && !hidden && conditions[needs] ? [`\tdepends on ${conditions[needs]}`] : []),
            ...(index > 1 && !hidden && selects && a % 3 === 0 ? [`\tselect ${earlier(a + 1)}`] : []),
          ].join('\n');
        })
        .concat(['choice\n\tprompt "choice"', 'config X\n\tbool "x"', 'config Y\n\tbool "y"', 'endchoice'])
        .join('\n\n'),
    );

const anyNames = fc.uniqueArray(fc.constantFrom(...Array.from({ length: SIZE }, (_, index) => `O${index}`), 'X', 'Y'));

/** A tree, both ends as it has them, and the steps between them; `undefined` where options go round in circles. */
async function settled(text: string, good: readonly string[], bad: readonly string[]) {
  const tree = await kconfigOf(text);
  try {
    const ends = [settle(tree, on(good)), settle(tree, on(bad))] as const;
    return { tree, space: spaceOf(...ends, isChosenIn(tree)) };
  } catch {
    return undefined;
  }
}

test('a candidate is what Kconfig leaves alone, and what it has of the steps is read off it, not off what was asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyKconfig([...plainNeeds, 'either']),
      anyNames,
      anyNames,
      fc.array(fc.nat(20)),
      async (text, good, bad, some) => {
        const made = await settled(text, good, bad);
        fc.pre(made !== undefined && made.space.differences.length > 0);
        const { tree, space } = made as NonNullable<typeof made>;
        const size = space.differences.length;
        const lattice = latticeOf(size, implicationsOf(space, tree));
        const asked = lattice.close(
          bitsOf(
            size,
            some.filter((step) => step < size),
          ),
        );
        const candidate = await realise(asked, space, lattice, modelLegaliser(tree));
        expect(digestOf(settle(tree, candidate.values))).toBe(digestOf(candidate.values));
        expect(space.stepsOf(candidate.values).set).toEqual(candidate.set);
      },
    ),
    { numRuns: 60 },
  );
});

test('through Kconfig: what is found is all that there is, by trying every set of options', async () => {
  let proven = 0;
  let tried = 0;
  await fc.assert(
    fc.asyncProperty(
      anyKconfig(plainNeeds),
      anyNames,
      anyNames,
      fc.array(fc.nat(20), { minLength: 1, maxLength: 2 }),
      async (text, good, bad, some) => {
        const made = await settled(text, good, bad);
        fc.pre(made !== undefined && made.space.differences.length > 1);
        const { tree, space } = made as NonNullable<typeof made>;
        const culprit = [...new Set(some.map((step) => step % space.differences.length))];
        const isBad = (values: Configuration) => {
          const { set } = space.stepsOf(values);
          return culprit.every((step) => membersOf(set).includes(step));
        };
        const { bench, work } = court((values) => (isBad(values) ? 'fail' : 'pass'));
        const task = { good: space.good, bad: space.bad, legalise: modelLegaliser(tree), identity: {} };
        const rules = (between: Space) => implicationsOf(between, tree);
        const result = await bisect({ ...task, isChosen: isChosenIn(tree), rules }, bench);
        tried += 1;
        expect(new Set(work).size).toBe(work.length);
        if (!result.proven || !result.complete) return;
        proven += 1;
        const least = leastFailing(space, tree, isBad);
        const found = setsOf(result);
        // Where one of several options would do for what another depends on, these go along with it all together.
        const explains = ({ options, all }: NamedSet, set: readonly string[]) =>
          options.every((name) => set.includes(name)) && set.every((name) => all.includes(name));
        for (const each of found) expect(least.some((set) => explains(each, set))).toBe(true);
        for (const set of least) {
          expect(found.some(({ options }) => options.every((name) => set.includes(name)))).toBe(true);
        }
      },
    ),
    { numRuns: 40 },
  );
  // Circles of selects and negations may leave a proof open; they must be few.
  expect(proven / tried).toBeGreaterThan(0.85);
});

interface NamedSet {
  readonly options: readonly string[];
  /** With what goes along. */
  readonly all: readonly string[];
}

const setsOf = ({ minimal }: Bisection): NamedSet[] =>
  minimal.map(({ options, along }) => {
    const named = options.flatMap(({ name, oneWith }) => [name, ...oneWith]);
    return { options: options.map(({ name }) => name), all: [...named, ...along] };
  });

/** The smallest sets of steps with which a configuration fails, of all that Kconfig can be brought to. */
function leastFailing(space: Space, tree: KconfigTree, isBad: (values: Configuration) => boolean): string[][] {
  const size = space.differences.length;
  const sets = Array.from({ length: 2 ** size }, (_, word) => {
    const asked = bitsOf(
      size,
      [...Array(size).keys()].filter((step) => (word >>> step) & 1),
    );
    const values = settle(tree, space.configurationOf(asked));
    return { values, ...space.stepsOf(values) };
  }).filter(({ values, strays }) => strays.length === 0 && isBad(values));
  const members = sets.map(({ set }) => membersOf(set));
  const least = members.filter(
    (one) => !members.some((other) => other.length < one.length && other.every((step) => one.includes(step))),
  );
  return least.map((steps) => steps.map((step) => space.differences[step]?.name ?? ''));
}

test('a parent is one decision with what is below it, until it is cleared', async () => {
  const tree = await kconfigOf(
    ['config P\n\tbool "p"', ...['A', 'B', 'C'].map((name) => `config ${name}\n\tbool "c"\n\tdepends on P`)].join('\n'),
  );
  for (const [culprit, options, along] of [
    ['B', ['B'], []],
    ['P', ['P'], ['A', 'B', 'C']],
  ] as const) {
    const { bench } = court((values) => (values.has(culprit) ? 'pass' : 'fail'));
    const good = on(['P', 'A', 'B', 'C']);
    const rules = (space: Space) => implicationsOf(space, tree);
    const result = await bisect({ good, bad: new Map(), legalise: modelLegaliser(tree), identity: {}, rules }, bench);
    expect(result.proven).toBe(true);
    expect(result.minimal).toHaveLength(1);
    expect(result.minimal[0]?.options.map(({ name }) => name)).toEqual(options);
    expect(result.minimal[0]?.along).toEqual(along);
  }
});

test('what is selected although it lacks what it depends on: an answer that is not all there is is not called complete', async () => {
  const tree = await kconfigOf(
    [
      'config LACKED\n\tbool "l"',
      'config P\n\tbool "p"\n\tdepends on LACKED',
      'config OWNER\n\tbool "o"\n\tselect P',
      'config A\n\tbool "a"\n\tdepends on P',
    ].join('\n\n'),
  );
  // Without OWNER, P stays where LACKED comes at the same time, and goes with A where it does not: two sets.
  const [good, bad] = [on(['OWNER', 'P', 'A']), on(['LACKED'])];
  const { bench } = court((values) => (values.has('OWNER') ? 'pass' : 'fail'));
  const rules = (space: Space) => implicationsOf(space, tree);
  const found = await bisect({ good, bad, legalise: modelLegaliser(tree), identity: {}, rules }, bench);
  expect(setsOf(found).some(({ all }) => all.includes('OWNER'))).toBe(true);
  expect(found.minimal.length > 1 || !found.complete).toBe(true);
});
