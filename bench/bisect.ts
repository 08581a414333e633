/**
 * How many configurations have to be built to find which options break it: our search against Linux's own config-bisect.pl, the
 * splitting of syzkaller's minimiser with and without its cap, and ddmin, on the same problems: 1 to 4 culprits among 1,757 options,
 * in every arrangement of what breaks alone and what breaks only together, with options that depend on each other and without.
 * Nothing is built: the judge looks at the configuration.
 *
 *     node bench/bisect.ts [PROBLEMS-OF-EACH-KIND] [CONFIG-BISECT.PL]
 *
 * There are 22 kinds. The script is taken from the kernel source that an image was built from where none is given.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { Wanted } from '../runners/bisect/search/ask.ts';
import { bitsOf, nameOf } from '../runners/bisect/search/bits.ts';
import { search } from '../runners/bisect/search/search.ts';
import { defaultCacheFolder } from '../runners/host/cache-folder.ts';
import { configBisect, ddmin, syzkaller } from './bisect-peers.ts';
import { judged, OPTIONS, type Problem, problemOf, SHAPES, type Tried } from './bisect-problems.ts';

const [each = '5', given] = process.argv.slice(2);
const script = given ?? scriptInCache();

function scriptInCache(): string {
  const cache = defaultCacheFolder(process.env, process.cwd());
  const [found] = globSync('work/kernel-sources/*/tools/testing/ktest/config-bisect.pl', { cwd: cache });
  if (found === undefined)
    throw new Error('no kernel source is unpacked here: build an image, or name config-bisect.pl');
  return join(cache, found);
}

/** Ours, with the proof and as it was before: without what was only asked to prove what is then the answer. */
async function ours(problem: Problem, builders: number): Promise<{ proven: Tried; found: Tried }> {
  const rounds: (readonly Wanted[])[] = [];
  const result = await search(
    problem.lattice,
    async (wanted) => {
      rounds.push(wanted);
      return wanted.map(({ set }) => ({ set, verdict: problem.fails(set) ? 'fail' : 'pass' }));
    },
    { builders, seed: problem.seed },
  );
  const claimed = new Set(result.claims.map(({ set }) => nameOf(set)));
  const searched = rounds.map((wanted) =>
    wanted.filter(({ set, purpose }) => purpose === 'search' || !claimed.has(nameOf(set))),
  );
  const count = (some: readonly (readonly Wanted[])[]) => some.reduce((sum, wanted) => sum + wanted.length, 0);
  const sets = result.terms.map((term) => bitsOf(OPTIONS, term));
  const unproven = result.unproven.length > 0 || !result.complete;
  if (unproven) console.log(`not proven: ${problem.shape} ${problem.seed}`);
  return {
    // Both ends are tested as well, side by side where there are two builders; the peers are told.
    proven: { calls: count(rounds) + 2, rounds: rounds.length + (builders > 1 ? 1 : 2), sets },
    found: { calls: count(searched), rounds: searched.findLastIndex((wanted) => wanted.length > 0) + 1, sets },
  };
}

const kinds = [false, true];
const problems = kinds.map((dependent) =>
  SHAPES.flatMap((shape, kind) =>
    Array.from({ length: Number(each) }, (_, at) =>
      problemOf(shape, 1 + at + 1000 * kind + 100_000 * Number(dependent), dependent),
    ),
  ),
);

const ways = ['ddmin', 'syzkaller, no cap', 'syzkaller, 5 steps', 'config-bisect.pl'] as const;
const peers: Readonly<Record<(typeof ways)[number], (problem: Problem) => Tried | Promise<Tried>>> = {
  'config-bisect.pl': (problem) => configBisect(problem, script),
  'syzkaller, 5 steps': (problem) => syzkaller(problem, 5),
  'syzkaller, no cap': (problem) => syzkaller(problem),
  ddmin,
};

for (const dependent of kinds) {
  const some = problems[Number(dependent)] ?? [];
  console.log(
    `\n${some.length} problems, ${OPTIONS} options ${dependent ? 'that depend on each other' : 'without dependencies'}\n`,
  );
  console.log(row(['', 'builds', 'worst', 'rounds', 'worst', 'exact', 'right so far']));
  for (const builders of [8, 4, 2, 1]) {
    const tried = [];
    for (const problem of some) tried.push(await ours(problem, builders));
    const name = `ours, ${builders} ${builders === 1 ? 'builder' : 'builders'}`;
    report(
      `${name}, found`,
      some,
      tried.map(({ found }) => found),
    );
    report(
      `${name}, ends and proof too`,
      some,
      tried.map(({ proven }) => proven),
    );
  }
  for (const way of ways) report(way, some, await Promise.all(some.map(peers[way])));
}
console.log(`\n${((process.cpuUsage().user + process.cpuUsage().system) / 1e6).toFixed(0)} s of this process's time`);

function report(name: string, some: readonly Problem[], tried: readonly Tried[]): void {
  const verdicts = some.map((problem, at) => judged(problem, tried[at] as Tried));
  const share = (key: 'exact' | 'right') => `${verdicts.filter((verdict) => verdict[key]).length} of ${some.length}`;
  const numbers = (key: 'calls' | 'rounds') => tried.map((one) => one[key]).toSorted((a, b) => a - b);
  const both = (all: readonly number[]) => [String(all[all.length >> 1]), String(all.at(-1))];
  console.log(row([name, ...both(numbers('calls')), ...both(numbers('rounds')), share('exact'), share('right')]));
}

function row([name = '', ...cells]: readonly string[]): string {
  return `${name.padEnd(38)}${cells.map((cell) => cell.padStart(12)).join('')}`;
}
