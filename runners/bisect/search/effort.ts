import { type Bits, bitsOf, has, union } from './bits.ts';

/** How much of a kernel has to be compiled again where steps are made or unmade. */
export interface Efforts {
  /** How many objects a kernel has. */
  readonly whole: number;
  /** Objects that read the same steps are of one kind: how many there are of each. */
  readonly kinds: readonly number[];
  /** By step, the kinds that read what it changes. */
  readonly of: readonly (readonly number[])[];
  /** By step, how many objects of its own are compiled where it is first made, and where it is first unmade: the one switches them on. */
  readonly own: readonly (readonly [made: number, unmade: number])[];
}

/** How many objects there are of some kinds. */
const objectsOf = (kinds: Efforts['kinds'], read: readonly number[]) =>
  read.reduce((sum, kind) => sum + (kinds[kind] ?? 0), 0);

/** All steps, those first that have least compiled again where they are made. */
export function lightestFirst({ kinds, of, own }: Efforts): number[] {
  const objects = of.map((read, step) => objectsOf(kinds, read) + (own[step]?.[0] ?? 0));
  return [...of.keys()].toSorted((a, b) => (objects[a] ?? 0) - (objects[b] ?? 0));
}

/** A step that has more of the kernel compiled than this share is a heavy one. */
const HEAVY = 0.05;

/** Which steps have much of the kernel compiled again: a question puts them off for as long as it can. */
export function heavyIn({ whole, kinds, of }: Efforts): (step: number) => boolean {
  const shares = of.map((read) => objectsOf(kinds, read) / whole);
  return (step) => (shares[step] ?? 0) > HEAVY;
}

/** A folder of objects, in terms of steps. */
export interface Tree {
  /** What was built in it last. */
  readonly set: Bits;
  /** Steps that were made in it at some time, and such that were not: what is compiled for these alone lies there. */
  readonly made: Bits;
  readonly unmade: Bits;
}

/** A tree in which one set was built, and nothing before. */
export const treeOf = (set: Bits): Tree => ({ set, made: set, unmade: set.map((word) => ~word) });

/** A tree after another set was built in it. */
export const after = ({ made, unmade }: Tree, set: Bits): Tree => ({
  set,
  made: union(made, set),
  unmade: union(unmade, treeOf(set).unmade),
});

/** The trees after a set was built in one of them, by its place; in none where that is not said. */
export const builtIn = (trees: readonly Tree[], place: number | undefined, set: Bits): readonly Tree[] =>
  trees.map((tree, at) => (at === place ? after(tree, set) : tree));

/** What a kernel takes besides: to be linked, packed and booted. As a share of compiling all of it. */
const BESIDES = 0.1;

export interface Estimate {
  /** What a set takes, as a share of compiling a whole kernel: from the nearest tree, which make goes on from. */
  readonly of: (set: Bits) => number;
  readonly isHeavy: (step: number) => boolean;
}

/** @param trees what lies compiled, one at least. */
export function estimate(efforts: Efforts, trees: readonly Tree[]): Estimate {
  const { whole, kinds, of, own } = efforts;
  const readers = of.map((read) => bitsOf(kinds.length, read));
  const objectsIn = (read: Bits) => kinds.reduce((sum, count, kind) => sum + (has(read, kind) ? count : 0), 0);
  const between = (set: Bits, tree: Tree) => {
    const read = bitsOf(kinds.length, []);
    let compiled = 0;
    for (const [step, mine] of readers.entries()) {
      const made = has(set, step);
      if (made === has(tree.set, step)) continue;
      if (!has(made ? tree.made : tree.unmade, step)) compiled += own[step]?.[made ? 0 : 1] ?? 0;
      for (let word = 0; word < read.length; word += 1) read[word] = (read[word] ?? 0) | (mine[word] ?? 0);
    }
    return (compiled + objectsIn(read)) / whole;
  };
  return {
    of: (set) => BESIDES + Math.min(...trees.map((tree) => between(set, tree))),
    isHeavy: heavyIn(efforts),
  };
}
