import { flatten, type Inputs, type Json } from './inputs.ts';

/** An input that is not the same; without `before` it is new, without `now` it is none any more. */
export interface Difference {
  /** Nested names joined by dots. */
  readonly name: string;
  readonly before?: string;
  readonly now?: string;
}

/** What changed between two sets of inputs, by name. */
export function differencesOf(before: Inputs, now: Inputs): Difference[] {
  const [old, recent] = [flatten(before as Json), flatten(now as Json)];
  return [...new Set([...old.keys(), ...recent.keys()])].toSorted().flatMap((name) => {
    const [a, b] = [old.get(name), recent.get(name)];
    if (a === b) return [];
    return [{ name, ...(a === undefined ? {} : { before: a }), ...(b === undefined ? {} : { now: b }) }];
  });
}
