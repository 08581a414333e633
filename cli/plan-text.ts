import { cellsOf } from '../runners/matrix/cells.ts';
import type { Plan, PlannedCell } from '../runners/matrix/plan.ts';
import type { KnownFailure, Matrix } from '../runners/matrix/schema.ts';
import type { Outlook } from '../suites/harness/outlook.ts';
import type { Planned } from './planning.ts';

/** Cells that are read line by line; of more of them only a grid gives a picture. */
const readable = 24;

/** Every cell that was asked for with its verdict: a line each, or, where they are many, a grid and the reasons. */
export function planText(plan: Plan, matrix: Matrix, { list }: { readonly list: boolean }): string {
  const asked = plan.run.length + plan.skip.length;
  const picture = list || asked <= readable ? planTable(plan) : planGrid(plan, matrix);
  return [picture, ...knownFailures(plan)].join('\n');
}

/** A line a cell, the ones to run first and in the order they start. */
function planTable(plan: Plan): string {
  return columns([
    ['cell', '', 'takes', 'because'],
    ...plan.run.map((planned) => [planned.cell.id, `run${from(planned)}`, duration(planned.expected), '']),
    ...plan.skip.map(({ cell, because }) => [cell.id, 'skip', '', because]),
  ]);
}

/** What a cell is installed from, where that is not simply its archive. */
const from = ({ archives }: PlannedCell) =>
  ({ real: '', 'stand-in': ', stand-in', 'real stand-in': ', real or stand-in' })[archives.join(' ')] ?? '';

/** A row for each distribution and architecture: how long each cell takes, or the number of the reason why it is not run. */
function planGrid(plan: Plan, matrix: Matrix): string {
  const filesystems = Object.keys(matrix.filesystems);
  const run = new Map(plan.run.map((planned) => [planned.cell.id, planned]));
  const skipped = new Map(plan.skip.map(({ cell, because }) => [cell.id, because]));
  const places = cellsOf(matrix).filter(({ id }) => run.has(id) || skipped.has(id));
  const reasons = [...new Set(places.flatMap(({ id }) => skipped.get(id) ?? []))];
  const numbers = new Map(reasons.map((because, index) => [because, index + 1]));
  const verdict = (id: string) => {
    const planned = run.get(id);
    if (planned) return `${duration(planned.expected)}${mark(planned)}`;
    const because = skipped.get(id);
    return because === undefined ? '-' : `(${numbers.get(because)})`;
  };
  const rows = [...new Map(places.map(({ distro, arch }) => [`${distro}-${arch}`, [distro, arch]])).values()].map(
    ([distro = '', arch = '']) => [distro, arch, ...filesystems.map((fs) => verdict(`${distro}-${arch}-${fs}`))],
  );
  // A name stands in the first of its rows.
  const named = rows.map(([distro = '', ...rest], index) => [rows[index - 1]?.[0] === distro ? '' : distro, ...rest]);
  const marks = [...new Set(plan.run.map(from))].filter(Boolean);
  return [
    columns([['', '', ...filesystems], ...named]),
    '',
    ...marks.map((each) => `${markOf(each)}: installed from ${each.slice(2)}`),
    ...(reasons.length > 0 ? ['not run, because'] : []),
    ...reasons.map((because, index) => `${`(${index + 1})`.padStart(5)}  ${because}`),
  ].join('\n');
}

const markOf = (text: string) => (text.includes('real') ? '?' : '*');
const mark = (planned: PlannedCell) => (from(planned) ? markOf(from(planned)) : '');

/** A line for each failure that is expected of cells to run. */
function knownFailures({ run }: Plan): string[] {
  const cells = new Map<KnownFailure, string[]>();
  for (const { cell, knownFailures } of run) {
    for (const each of knownFailures) {
      const ids = cells.get(each);
      if (ids) ids.push(cell.id);
      else cells.set(each, [cell.id]);
    }
  }
  return [...cells].map(
    ([{ check, because, tracker, expires }, ids]) =>
      `known to fail until ${expires}: "${check}" in ${ids.join(', ')}: ${because} (${tracker})`,
  );
}

function columns(rows: readonly (readonly string[])[]): string {
  const widest = (lengths: readonly number[]) => lengths.reduce((most, length) => Math.max(most, length), 0);
  const count = widest(rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    widest(rows.map((row) => (column === count - 1 ? 0 : (row[column]?.length ?? 0)))),
  );
  return rows
    .map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** "6 to run (about 1 h 30 min, stub for x86_64 to be built first, 1 at a time), 24 skipped, 0 not asked for" */
export function planTotals(
  { plan, options, rest }: Planned,
  { seconds, sideBySide, images }: Pick<Outlook, 'seconds' | 'sideBySide' | 'images'>,
): string {
  const { repeat = 1 } = options;
  const times = repeat > 1 ? `, ${repeat} times each` : '';
  const first = images.length > 0 ? `, stub for ${images.join(' and ')} to be built first` : '';
  const time = plan.run.length > 0 ? ` (about ${duration(seconds)}${times}${first}, ${sideBySide} at a time)` : '';
  return `${plan.run.length} to run${time}, ${plan.skip.length} skipped, ${plan.unselected.length} ${rest}`;
}

/** Seconds as people say them: "45 s", "15 min", "1 h 30 min". */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
