import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distance } from '../kconfig/configuration.ts';
import { assign } from './builder.ts';

const anyConfiguration = fc
  .uniqueArray(fc.nat(8), { maxLength: 8 })
  .map((options) => new Map(options.map((option) => [`O${option}`, 'y'])));

test('candidates go to builders so that the least has to be built over all, each builder one', () => {
  fc.assert(
    fc.property(
      fc.array(anyConfiguration, { minLength: 1, maxLength: 4 }),
      fc.array(fc.option(anyConfiguration, { nil: undefined }), { minLength: 4, maxLength: 5 }),
      (candidates, before) => {
        const cost = (places: readonly number[]) =>
          places.reduce((sum, place, index) => {
            const [last, values] = [before[place], candidates[index] ?? new Map()];
            return sum + (last ? distance(values, last) : 1e6 + values.size);
          }, 0);
        const places = assign(candidates, before);
        expect(new Set(places).size).toBe(candidates.length);
        for (const other of arrangements(before.length, candidates.length)) {
          expect(cost(places)).toBeLessThanOrEqual(cost(other));
        }
      },
    ),
  );
});

test('two configurations are as far apart as there are options that differ', () => {
  const [a, b] = [
    new Map([
      ['A', 'y'],
      ['B', 'y'],
      ['C', '64'],
    ]),
    new Map([
      ['B', 'y'],
      ['C', '32'],
      ['D', 'y'],
    ]),
  ];
  expect(distance(a, b)).toBe(3);
  expect(distance(a, a)).toBe(0);
});

function arrangements(places: number, count: number): number[][] {
  if (count === 0) return [[]];
  return arrangements(places, count - 1).flatMap((some) =>
    [...Array(places).keys()].filter((place) => !some.includes(place)).map((place) => [...some, place]),
  );
}
