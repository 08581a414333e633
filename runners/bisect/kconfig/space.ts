import { type Bits, bitsOf, has } from '../search/bits.ts';
import type { Configuration } from './configuration.ts';

/** An option that has one value in the good configuration and another in the bad one; `n` for off. */
export interface Difference {
  readonly name: string;
  readonly good: string;
  readonly bad: string;
}

/** What lies between a good and a bad configuration: a step for each difference, from the good value to the bad one. */
export interface Space {
  readonly differences: readonly Difference[];
  readonly good: Configuration;
  readonly bad: Configuration;
  /** The good configuration with these steps made. Not legal yet. */
  readonly configurationOf: (set: Bits) => Configuration;
  /** Which steps a configuration has made, and which options have a value that neither end has. */
  readonly stepsOf: (values: Configuration) => { readonly set: Bits; readonly strays: readonly string[] };
}

/**
 * @param isChosen whether anybody can set an option. What only others select or what follows from them is none of the steps: it
 *   comes out by itself.
 */
export function spaceOf(
  good: Configuration,
  bad: Configuration,
  isChosen: (name: string) => boolean = () => true,
): Space {
  const names = [...new Set([...good.keys(), ...bad.keys()])].filter(isChosen);
  const differences = names
    .map((name) => ({ name, good: good.get(name) ?? 'n', bad: bad.get(name) ?? 'n' }))
    .filter((each) => each.good !== each.bad);
  const configurationOf = (set: Bits) => {
    const values = new Map(good);
    for (const [step, { name, bad: value }] of differences.entries()) {
      if (!has(set, step)) continue;
      if (value === 'n') values.delete(name);
      else values.set(name, value);
    }
    return values;
  };
  const stepsOf = (values: Configuration) => {
    const told = (name: string) => values.get(name) ?? 'n';
    const made = [...differences.keys()].filter(
      (step) => told(differences[step]?.name ?? '') === differences[step]?.bad,
    );
    const strays = differences.filter(({ name, good: one, bad: other }) => ![one, other].includes(told(name)));
    return { set: bitsOf(differences.length, made), strays: strays.map(({ name }) => name) };
  };
  return { differences, good, bad, configurationOf, stepsOf };
}
