import { clock } from '../clock.ts';
import type { CellChange, Comparison, FactChange, PhaseChange } from './compare.ts';

/** Names of cells that are told, of those to which something happened alike. */
const NAMED = 4;

const some = (cells: readonly string[]) =>
  cells.length <= NAMED
    ? cells.join(', ')
    : `${cells.slice(0, NAMED - 1).join(', ')} and ${cells.length - NAMED + 1} more`;

const status = (name: string, flaky: boolean) =>
  flaky ? 'flaky' : name === 'failed' || name === 'error' ? name.toUpperCase() : name;

function phaseLine({ phase, before, after, noise, runs }: PhaseChange): string {
  const percent =
    before > 0 ? `${after > before ? '+' : '−'}${Math.round((Math.abs(after - before) / before) * 100)} %` : 'new';
  const basis = runs > 0 ? `; it scatters by ${clock(noise)} in ${runs} runs` : '; how it scatters is not known yet';
  return `    ${after > before ? 'slower' : 'faster'}: ${phase} ${clock(before)} → ${clock(after)} (${percent}${basis})`;
}

function cellLines({ cell, before, after, flaky, problem, diagnosis, phases }: CellChange, width: number): string[] {
  const [from, to] = [status(before, flaky.before), status(after, flaky.after)];
  const why =
    problem && after !== 'passed' ? [`    ${problem.check}: ${diagnosis ?? problem.reason?.message ?? ''}`] : [];
  return [
    `${cell.padEnd(width)}  ${from === to ? from : `${from} → ${to}`}`,
    ...(from === to ? [] : why),
    ...phases.map(phaseLine),
  ];
}

function factLines({ name, before, after, cells }: FactChange): string[] {
  return [`${name}, of ${some(cells)}`, `    ${before}`, `  → ${after}`];
}

/** What is different between two runs, for a terminal. */
export function comparisonLines({ before, after, cells, facts, missing, added, same }: Comparison): string[] {
  const width = Math.max(0, ...cells.map(({ cell }) => cell.length));
  return [
    `${before} → ${after}`,
    ...(cells.length > 0 ? ['', ...cells.flatMap((each) => cellLines(each, width))] : []),
    ...(facts.length > 0 ? ['', 'what they ran on:', ...facts.flatMap(factLines)] : []),
    ...(missing.length > 0 ? ['', `not run any more: ${some(missing)}`] : []),
    ...(added.length > 0 ? ['', `not run before: ${some(added)}`] : []),
    '',
    `${same} ${same === 1 ? 'cell is' : 'cells are'} as before, ${cells.length} not`,
  ];
}
