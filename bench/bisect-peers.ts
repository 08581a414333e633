import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bitsOf } from '../runners/bisect/search/bits.ts';
import { attempt } from '../runners/process/command.ts';
import { allSteps, counted, OPTIONS, type Problem, type Tried } from './bisect-problems.ts';

/** Zeller and Hildebrandt's ddmin, to the letter: try each part, then all but each part, then smaller parts. */
export function ddmin(problem: Problem): Tried {
  const { test, calls } = counted(problem);
  let steps = allSteps(problem);
  let parts = 2;
  while (steps.length > 1) {
    const cut = partsOf(steps, Math.min(parts, steps.length));
    const part = cut.find((some) => test(some));
    if (part) {
      steps = part;
      parts = 2;
      continue;
    }
    const rest = cut.map((some) => steps.filter((step) => !some.includes(step))).find((others) => test(others));
    if (rest) {
      steps = rest;
      parts = Math.max(parts - 1, 2);
    } else if (parts >= steps.length) break;
    else parts *= 2;
  }
  return { calls: calls(), rounds: calls(), sets: [bitsOf(OPTIONS, steps)] };
}

/**
 * How syzkaller's minimiser splits (pkg/bisect/minimize of google/syzkaller, in our own words): the whole in three at first, or in
 * as many parts as it has steps where those are too few for halving; each part is dropped where it fails without; what is
 * needed is halved, layer by layer, and the last part of one of which nothing else was needed is not tested.
 *
 * @param most how many tests it may make; what is not tested then counts as needed. Its kernel bisection has 5.
 */
export function syzkaller(problem: Problem, most = Number.POSITIVE_INFINITY): Tried {
  const { test, calls } = counted(problem);
  const failsWith = (steps: readonly number[]) => calls() < most && test(steps);
  const first = Math.log2(OPTIONS) > most ? most : 3;
  let chunks = [{ steps: allSteps(problem), final: false }];
  for (let layer = 0; layer === 0 || (calls() < most && chunks.some(({ final }) => !final)); layer += 1) {
    const kept: typeof chunks = [];
    for (const [at, chunk] of chunks.entries()) {
      const cut = partsOf(chunk.steps, layer === 0 ? first : 2);
      if (chunk.final || (cut.length === 1 && layer > 0)) {
        kept.push({ ...chunk, final: true });
        continue;
      }
      let needed = false;
      for (const [index, part] of cut.entries()) {
        const after = [...cut.slice(index + 1).flat(), ...chunks.slice(at + 1).flatMap(({ steps }) => steps)];
        const must = index === cut.length - 1 && !needed && layer > 0;
        if (!must && failsWith([...kept.flatMap(({ steps }) => steps), ...after])) continue;
        needed = true;
        kept.push({ steps: part, final: false });
      }
    }
    chunks = kept;
  }
  return {
    calls: calls(),
    rounds: calls(),
    sets: [
      bitsOf(
        OPTIONS,
        chunks.flatMap(({ steps }) => steps),
      ),
    ],
  };
}

function partsOf(steps: readonly number[], count: number): number[][] {
  const width = Math.max(1, Math.ceil(steps.length / count));
  return Array.from({ length: Math.ceil(steps.length / width) }, (_, at) => steps.slice(at * width, (at + 1) * width));
}

/**
 * Stands in for `make olddefconfig`: what is below an option that is off is not shown, and what is shown for the first time is off.
 * Parents stand before their children.
 */
const MAKE = `#!/bin/sh
exec awk '
  FILENAME == "parents" { parent[$1] = $2; order[++count] = $1; next }
  /^CONFIG_/ { split($0, part, "="); value[part[1]] = part[2] }
  END {
    for (at = 1; at <= count; at++) {
      name = order[at]
      if (parent[name] != "-" && value[parent[name]] != "y") { delete value[name]; continue }
      if (value[name] == "y") print name "=y" > ".config.new"
      else { delete value[name]; print "# " name " is not set" > ".config.new" }
    }
  }' parents .config && mv .config.new .config
`;

/** Linux's own tools/testing/ktest/config-bisect.pl: the script itself, from one answer to the next. */
export async function configBisect(problem: Problem, script: string): Promise<Tried> {
  const folder = mkdtempSync(join(tmpdir(), 'ktest-'));
  try {
    const [tree, bin] = [join(folder, 'tree'), join(folder, 'bin')];
    for (const each of [tree, bin]) mkdirSync(each);
    writeFileSync(join(bin, 'make'), MAKE);
    chmodSync(join(bin, 'make'), 0o755);
    const name = (option: number) => `CONFIG_O${option}`;
    const parents = problem.parents.map((parent, option) => `${name(option)} ${parent < 0 ? '-' : name(parent)}\n`);
    writeFileSync(join(tree, 'parents'), parents.join(''));
    const options = [...Array(OPTIONS).keys()];
    writeFileSync(join(folder, 'good'), options.map((option) => `${name(option)}=y\n`).join(''));
    writeFileSync(join(folder, 'bad'), options.map((option) => `# ${name(option)} is not set\n`).join(''));
    const offIn = (path: string) => {
      const text = readFileSync(path, 'utf8');
      const on = new Set([...text.matchAll(/^CONFIG_O(\d+)=y$/gm)].map(([, option]) => Number(option)));
      return options.filter((option) => !on.has(option));
    };
    // Its order is that of Perl's hashes, which is another in each process unless it is told one.
    const env = { PATH: `${bin}:${process.env.PATH}`, PERL_HASH_SEED: String(problem.seed), PERL_PERTURB_KEYS: '0' };
    const next = (...verdict: string[]) =>
      attempt(['perl', script, '-l', tree, '-b', tree, '-r', join(folder, 'good'), join(folder, 'bad'), ...verdict], {
        env,
      });
    let calls = 0;
    let answer = await next();
    while (answer.exitCode === 0) {
      calls += 1;
      if (calls > 200) throw new Error('config-bisect.pl does not come to an end');
      const fails = problem.fails(bitsOf(OPTIONS, offIn(join(tree, '.config'))));
      answer = await next(fails ? 'bad' : 'good');
    }
    if (answer.exitCode !== 2)
      throw new Error(`config-bisect.pl ended with ${answer.exitCode}: ${answer.stderr}${answer.stdout}`);
    const good = new Set(offIn(join(folder, 'good.tmp')));
    const left = offIn(join(folder, 'bad.tmp')).filter((option) => !good.has(option));
    return { calls, rounds: calls, sets: [bitsOf(OPTIONS, left)] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
