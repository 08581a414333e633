import { expect, test } from 'vitest';
import { cellsOf, matches } from './cells.ts';
import { loadMatrix } from './load.ts';
import { makePlan } from './plan.ts';
import { byDistribution, narrowed } from './rules.ts';

test('the rules that can mean a distribution, in their order, each once', () => {
  const rule = (name: string, ...distro: string[]) => ({ name, when: distro.length > 0 ? { distro } : {} });
  const rules = [
    rule('1', 'a'),
    rule('2'),
    rule('3', 'b', 'a', 'a'),
    { name: '4', when: undefined },
    rule('5', 'b'),
    rule('6', 'a'),
  ];
  const of = (distro: string) => byDistribution(rules)(distro).map(({ name }) => name);
  expect([of('a'), of('b'), of('c')]).toEqual([
    ['1', '2', '3', '4', '6'],
    ['2', '3', '4', '5'],
    ['2', '4'],
  ]);
});

test('no cell misses a rule that means it', () => {
  const matrix = loadMatrix();
  const narrow = narrowed(matrix);
  for (const cell of cellsOf(matrix)) {
    for (const table of ['skip', 'expected'] as const) {
      const meant = (rules: readonly { when?: Parameters<typeof matches>[0] }[]) =>
        rules.filter(({ when }) => matches(when, cell, 'real'));
      expect(meant(narrow(cell.distro)[table])).toEqual(meant(matrix[table]));
    }
  }
});

test('a matrix of 25,000 cells whose rules and wishes grow with it is planned and told in a moment', () => {
  const matrix = loadMatrix();
  const rows = Object.values(matrix.distributions);
  const ids = Array.from({ length: 1700 }, (_, index) => `d${index}`);
  const distributions = Object.fromEntries(
    ids.map((id, index) => [id, rows[index % rows.length]]),
  ) as typeof matrix.distributions;
  const skip = ids.map((id) => ({ when: { distro: [id], fs: ['btrfs'] }, because: `no Btrfs in ${id}` }));
  const many = { ...matrix, distributions, skip, 'known-failures': [] };
  const cells = cellsOf(many).map(({ id }) => id);
  const began = process.cpuUsage();
  const plan = makePlan(many, { standIns: new Set() }, { selection: { cell: cells } });
  expect(plan.run.length + plan.skip.length).toBe(25_500);
  // CPU time, whatever else the machine does. Every cell against every rule and every name took twice that and more.
  expect(process.cpuUsage(began).user / 1e6).toBeLessThan(2);
});
