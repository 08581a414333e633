import { estimate, type Plan } from '../runners/matrix/plan.ts';

/** A line a cell, the ones to run first and in the order they start. */
export function planTable(plan: Plan): string {
  const rows = [
    ['cell', '', 'takes', 'because'],
    ...plan.run.map(({ cell, expected }) => [cell.id, 'run', duration(expected), '']),
    ...plan.skip.map(({ cell, because }) => [cell.id, 'skip', '', because]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => line.trimEnd())
    .join('\n');
}

/** "6 to run (about 1 h 30 min, 1 at a time), 24 skipped, 0 not asked for" */
export function planTotals(plan: Plan, jobs: number): string {
  const time = plan.run.length > 0 ? ` (about ${duration(estimate(plan, jobs))}, ${jobs} at a time)` : '';
  return `${plan.run.length} to run${time}, ${plan.skip.length} skipped, ${plan.unselected.length} not asked for`;
}

/** Seconds as people say them: "45 s", "15 min", "1 h 30 min". */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
