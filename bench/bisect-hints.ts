/**
 * What it saves to ask Kconfig first about the options that its own files name: `node bench/bisect-hints.ts TREE SRCARCH GOOD BAD` has
 * sets of the differences between two configurations made legal as a search does, without and with the hints, side by side, and
 * counts the runs of Kconfig, each some seconds of a processor. They are answered by our model of it; nothing is built.
 */
import { readFile } from 'node:fs/promises';
import { readKconfig } from '../image/kernel/kconfig/tree.ts';
import { realise } from '../runners/bisect/kconfig/candidate.ts';
import { type Legaliser, readConfiguration } from '../runners/bisect/kconfig/configuration.ts';
import { implicationsOf, isChosenIn } from '../runners/bisect/kconfig/implications.ts';
import { modelLegaliser } from '../runners/bisect/kconfig/kconfig-model.ts';
import { relatedOf } from '../runners/bisect/kconfig/related.ts';
import { spaceOf } from '../runners/bisect/kconfig/space.ts';
import { type Bits, bitsOf } from '../runners/bisect/search/bits.ts';
import { latticeOf } from '../runners/bisect/search/lattice.ts';
import { randomFrom } from '../runners/bisect/search/random.ts';

const [folder, srcarch, good, bad] = process.argv.slice(2);
if (!folder || !srcarch || !good || !bad)
  throw new Error('give a source tree, its arch, a good and a bad configuration');
const read = async (file: string) => readConfiguration(await readFile(file, 'utf8'));
const tree = await readKconfig(folder, srcarch);
const space = spaceOf(await read(good), await read(bad), isChosenIn(tree));
const size = space.differences.length;
const model = modelLegaliser(tree);

/** As many candidates as a search has tests, with few and with many of the steps made. */
const SHARES = Array.from({ length: 12 }, (_, at) => [0.5, 0.9, 0.1][at % 3] as number);

async function runsOf(seed: number, hints: readonly Bits[]): Promise<number> {
  let runs = 0;
  const counted: Legaliser = (values, how) => {
    runs += 1;
    return model(values, how);
  };
  let lattice = latticeOf(size, implicationsOf(space, tree));
  const random = randomFrom(seed);
  for (const share of SHARES) {
    const steps = [...space.differences.keys()].filter(() => random() < share);
    const { rules } = await realise(lattice.close(bitsOf(size, steps)), space, lattice, counted, hints);
    lattice = lattice.with(rules);
  }
  return runs;
}

const hints = relatedOf(space, tree);
let [without, led] = [0, 0];
for (let seed = 1; seed <= 10; seed += 1) {
  const [one, other] = [await runsOf(seed, []), await runsOf(seed, hints)];
  console.log(`${SHARES.length} candidates of ${size} differences: ${one} runs without hints, ${other} with`);
  without += one;
  led += other;
}
console.log(`ratio ${(led / without).toFixed(2)}`);
