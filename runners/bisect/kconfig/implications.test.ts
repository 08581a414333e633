import { expect, test } from 'vitest';
import { bitsOf, membersOf } from '../search/bits.ts';
import { latticeOf } from '../search/lattice.ts';
import { followersOf, implicationsOf, isChosenIn } from './implications.ts';
import { kconfigOf, on } from './kconfig.test-support.ts';
import { spaceOf } from './space.ts';

test('what takes what along is read from Kconfig, before anything is tried', async () => {
  const tree = await kconfigOf(
    [
      'config P\n\tbool "p"\n\tselect S',
      'config HIDDEN\n\tdef_bool P',
      'config C\n\tbool "c"\n\tdepends on HIDDEN',
      'config S\n\tbool "s"',
      'choice\n\tprompt "choice"',
      'config X\n\tbool "x"',
      'config Y\n\tbool "y"',
      'endchoice',
    ].join('\n'),
  );
  const rulesBetween = (good: readonly string[], bad: readonly string[]) => {
    const space = spaceOf(on(good), on(bad), isChosenIn(tree));
    const nameAt = (step: number) => space.differences[step]?.name;
    return implicationsOf(space, tree)
      .map(({ body, head }) => `${body.map(nameAt)} takes ${nameAt(head)}`)
      .toSorted();
  };
  const all = ['P', 'HIDDEN', 'C', 'S', 'X'];
  // Off: what is below goes along, also through one that nobody sets; what is selected needs the one who selects it off.
  expect(rulesBetween(all, ['Y'])).toEqual(['P takes C', 'S takes P', 'X takes Y', 'Y takes X']);
  // On: what it depends on comes along, and what it selects.
  expect(rulesBetween(['X'], all)).toEqual(expect.arrayContaining(['P takes S']));
});

test('what is on wherever it can be goes off only with what it needs', async () => {
  const tree = await kconfigOf(
    [
      'config RAM\n\tbool "ram"',
      'config LZO\n\tbool "lzo"\n\tdepends on RAM',
      // Nobody is asked unless the first is on.
      'config ALLOC\n\tbool "alloc" if RAM',
      'config CHAIN\n\tint "chain"\n\tdepends on ALLOC\n\tdefault 8',
      'choice\n\tprompt "default"\n\tdepends on RAM',
      'config DEF_LZO\n\tbool "lzo"\n\tdepends on LZO',
      'endchoice',
      'config HIDDEN\n\tbool\n\tdefault y if RAM\n\tselect CHOSEN',
      'config CHOSEN\n\tbool "chosen"',
    ].join('\n'),
  );
  const good = new Map([...on(['RAM', 'LZO', 'ALLOC', 'DEF_LZO', 'HIDDEN', 'CHOSEN']), ['CHAIN', '8']]);
  const space = spaceOf(good, new Map(), isChosenIn(tree));
  const lattice = latticeOf(space.differences.length, implicationsOf(space, tree));
  const namesOf = (steps: readonly number[]) => steps.map((step) => space.differences[step]?.name);
  const along = (name: string) => {
    const step = space.differences.findIndex((each) => each.name === name);
    return namesOf(membersOf(lattice.close(bitsOf(lattice.size, [step])))).toSorted();
  };
  const allBut = (...names: string[]) =>
    namesOf([...space.differences.keys()])
      .filter((name) => !names.includes(name ?? ''))
      .toSorted();
  expect(along('ALLOC')).toEqual(['ALLOC', 'CHAIN']);
  // A number is there as long as it can be.
  expect(along('CHAIN')).toEqual(['ALLOC', 'CHAIN']);
  // Of the two that the last of a choice needs, the one that goes with the other.
  expect(along('DEF_LZO')).toEqual(['DEF_LZO', 'LZO']);
  // What nobody sets selects it for as long as RAM is on.
  expect(along('CHOSEN')).toEqual(allBut());
  expect(along('RAM')).toEqual(allBut('CHOSEN'));
});

test('what follows a step is what changes with it at either end', async () => {
  const tree = await kconfigOf(
    [
      'config ONE\n\tbool "one"\n\tselect SHARED',
      'config OTHER\n\tbool "other"\n\tselect SHARED',
      'config SHARED\n\tbool\n\tselect DEEPER',
      'config DEEPER\n\tbool',
      'config ALONE\n\tbool "alone"',
      'config OWN\n\tdef_bool ALONE',
    ].join('\n'),
  );
  const good = on(['ONE', 'OTHER', 'SHARED', 'DEEPER', 'ALONE', 'OWN']);
  const space = spaceOf(good, new Map(), isChosenIn(tree));
  const followers = followersOf(space, tree);
  expect(Object.fromEntries(space.differences.map(({ name }, step) => [name, followers[step]]))).toEqual({
    ONE: ['SHARED', 'DEEPER'],
    OTHER: ['SHARED', 'DEEPER'],
    ALONE: ['OWN'],
  });
});
