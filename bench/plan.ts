/**
 * How the planner grows: a matrix of 12,480 to 100,080 cells, whose rules grow with it. The yardstick is the product
 * itself, `cellsOf`: whoever decides about every cell has to name it. Prints CPU time and memory of each piece, and how the time
 * grows.
 *
 *     node --expose-gc bench/plan.ts [CELLS]
 */
import { planText } from '../cli/plan-text.ts';
import { cellsOf } from '../runners/matrix/cells.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import { makePlan } from '../runners/matrix/plan.ts';
import { checkReferences } from '../runners/matrix/references.ts';
import type { Distribution, Matrix, When } from '../runners/matrix/schema.ts';
import { forecast, jobOf } from '../runners/schedule/forecast.ts';
import type { Job } from '../runners/schedule/job.ts';
import { growthHead, growthLine, measure } from './growth.ts';

const [given = '100000'] = process.argv.slice(2);
const largest = Number(given);
const sizes = [8, 4, 2, 1].map((part) => Math.round(largest / part / 240) * 240);
const real = loadMatrix();

/** The real matrix, many times over: each copy has names of its own, and the rules that name a distribution are copied with it. */
function enlarged(cells: number): Matrix {
  const copies = Array.from({ length: Math.ceil(cells / cellsOf(real).length) }, (_, index) => index);
  const copied = <T extends { readonly when?: When | undefined }>(rules: readonly T[]): T[] => {
    const own = rules.flatMap((rule) =>
      copies.flatMap((copy) => {
        const distro = rule.when?.distro?.map((id) => `${id}_${copy}`);
        return distro ? [{ ...rule, when: { ...rule.when, distro } }] : [];
      }),
    );
    return [...own, ...rules.filter(({ when }) => when?.distro === undefined)];
  };
  const rows = Object.entries(real.distributions);
  const title = (row: Distribution, copy: number) => `${row.title}, copy ${copy}`;
  const failure = {
    check: 'x',
    signature: 'x',
    tracker: 'https://bugs.example/1',
    expires: '2030-01-01',
    because: 'none',
  };
  return {
    ...real,
    distributions: Object.fromEntries(
      copies.flatMap((copy) => rows.map(([id, row]) => [`${id}_${copy}`, { ...row, title: title(row, copy) }])),
    ),
    skip: copied(real.skip),
    'known-failures': copied([{ ...failure, when: { distro: ['debian13'], fs: ['xfs'] } }]),
    'archive-exceptions': copied(real['archive-exceptions']),
    expected: copied(real.expected),
    profiles: {},
  };
}

const matrices = sizes.map(enlarged);
const [problem] = checkReferences(matrices[0] as Matrix);
if (problem) throw new Error(`the enlarged matrix is wrong: ${problem.message}`);
const existing = { standIns: new Set<string>() };
const plans = matrices.map((matrix) => makePlan(matrix, existing));
const names = matrices.map((matrix) => ({
  distro: Object.keys(matrix.distributions),
  arch: matrix.architectures,
  fs: Object.keys(matrix.filesystems),
  hostArch: 'x86_64',
}));
const jobs = plans.map((plan) => plan.run.map((planned) => jobOf(planned, 'tcg')));
const host = { cores: 16, others: 0, memoryTotalMiB: 65_536, memoryAvailableMiB: 65_536, residentMiB: new Map() };
const ids = matrices.map((matrix) => cellsOf(matrix).map(({ id }) => id));

const works: Readonly<Record<string, (place: number) => unknown>> = {
  'the product (yardstick)': (place) => cellsOf(matrices[place] as Matrix),
  'plan: everything': (place) => makePlan(matrices[place] as Matrix, existing),
  'plan: every name': (place) => makePlan(matrices[place] as Matrix, existing, { selection: names[place] as never }),
  'plan: every cell by its id': (place) =>
    makePlan(matrices[place] as Matrix, existing, { selection: { cell: ids[place] as string[] } }),
  'how long it takes': (place) => forecast(jobs[place] as Job[], host, {}),
  'the plan as text': (place) => planText(plans[place] as never, matrices[place] as Matrix, { list: false }),
  'the plan as a list': (place) => planText(plans[place] as never, matrices[place] as Matrix, { list: true }),
  'the checks of matrix.yaml': (place) => checkReferences(matrices[place] as Matrix),
};

console.log(growthHead(sizes));
for (const [name, work] of Object.entries(works)) {
  const measured = sizes.map((_, place) => measure(() => work(place), largest > 20_000 ? 2 : 3));
  console.log(growthLine(name, sizes, measured));
}
