import { type Pen, type Shown, sign } from './looks.ts';
import type { CellState } from './state.ts';
import { clip } from './text.ts';

interface Group {
  readonly arch: string;
  readonly filesystems: readonly string[];
}

/** The matrix as rows of distributions and columns of architecture × filesystem; only what the run has. */
export interface Grid {
  readonly groups: readonly Group[];
  readonly rows: readonly (readonly [distro: string, cells: ReadonlyMap<string, CellState>])[];
}

interface Layout {
  readonly label: number;
  /** Letters of a filesystem's name. */
  readonly letters: number;
  /** Columns that a cell takes. */
  readonly cell: number;
  /** Columns that each group takes, by its place. */
  readonly groups: readonly number[];
}

const inOrder = new Intl.Collator('en', { numeric: true }).compare;
const placeOf = (arch: string, fs: string) => `${arch} ${fs}`;

/** The architecture with the most cells first, the others and all else by name. What the plan leaves out gets no column of its own. */
export function gridOf(cells: Iterable<CellState>): Grid {
  const all = [...cells];
  const ran = all.filter(({ status }) => status !== 'skipped');
  const groups = [...Map.groupBy(ran, ({ name }) => name.arch)]
    .toSorted(([a, some], [b, others]) => others.length - some.length || inOrder(a, b))
    .map(([arch, those]) => ({
      arch,
      filesystems: [...new Set(those.map(({ name }) => name.fs))].toSorted(inOrder),
    }));
  const distros = new Set(ran.map(({ name }) => name.distro));
  const rows = [...Map.groupBy(all, ({ name }) => name.distro)]
    .filter(([distro]) => distros.has(distro))
    .toSorted(([a], [b]) => inOrder(a, b))
    .map(([distro, those]) => {
      const places = new Map(those.map((cell) => [placeOf(cell.name.arch, cell.name.fs), cell]));
      return [distro, places] as const;
    });
  return { groups, rows };
}

/** Lines that all of it takes. */
export const gridHeight = ({ rows }: Grid) => 2 + rows.length;

/**
 * Draws it into so many columns and lines. Where there are too few columns, names are cut; where there are too few lines, the rows in
 * which something happens are shown, and the others counted.
 */
export function drawGrid(grid: Grid, now: number, columns: number, lines: number, pen: Pen): string[] {
  if (lines < 3) return [];
  const layout = layoutOf(grid, columns);
  const { rows, hidden } = rowsWithin(grid.rows, lines - 2);
  const margin = ' '.repeat(layout.label);
  const archs = grid.groups.map(({ arch }, place) => cut(arch, (layout.groups[place] ?? 0) - 1, layout, place));
  const heads = grid.groups.map(({ filesystems }, place) => {
    const names = filesystems.map((fs) => short(fs, layout.letters, filesystems).padEnd(layout.cell)).join('');
    return names.padEnd(layout.groups[place] ?? 0);
  });
  const body = rows.map(([distro, cells]) => {
    const drawn = grid.groups.map(({ arch, filesystems }, place) => {
      const signs = filesystems.map(
        (fs) => `${signOf(cells.get(placeOf(arch, fs)), now, pen)}${' '.repeat(layout.cell - 1)}`,
      );
      return `${signs.join('')}${' '.repeat(Math.max(0, (layout.groups[place] ?? 0) - filesystems.length * layout.cell))}`;
    });
    return `${label(distro, layout.label)}${drawn.join('')}`;
  });
  const header = [archs, heads].map((each) => pen.paint('dim', clip(`${margin}${each.join('')}`.trimEnd(), columns)));
  return [...header, ...body.map((line) => clip(line.trimEnd(), columns)), ...counted(hidden, columns, pen)];
}

/** A pass after a failure is a flake, one against a stand-in is none of the distribution. */
export function shownOf({ status, archive, worst }: CellState): Shown {
  if (status !== 'passed') return status;
  if (worst !== 'passed') return 'flaky';
  return archive === 'stand-in' ? 'stand-in' : 'passed';
}

/** The share of the expected time that is over; 1 where nothing is expected. */
export function shareOf({ startedAt, expected }: CellState, now: number): number {
  return startedAt === undefined || !expected ? 1 : (now - startedAt) / 1000 / expected;
}

function signOf(cell: CellState | undefined, now: number, pen: Pen): string {
  return cell ? sign(shownOf(cell), pen, shareOf(cell, now)) : ' ';
}

const label = (distro: string, width: number) => `${clip(distro, width - 1)}`.padEnd(width);
const cut = (arch: string, width: number, layout: Layout, place: number) =>
  arch.slice(0, Math.max(1, width)).padEnd(layout.groups[place] ?? 0);

/** The first letters of a name, or with its last one where several begin alike. */
function short(fs: string, letters: number, all: readonly string[]): string {
  const start = fs.slice(0, letters);
  const alike = all.filter((each) => each.startsWith(start)).length > 1;
  return alike && fs.length > letters && letters > 1 ? `${fs.slice(0, letters - 1)}${fs.at(-1)}` : start;
}

/** The widest way to draw the columns that fits. */
function layoutOf({ groups, rows }: Grid, columns: number): Layout {
  const names = groups.flatMap(({ filesystems }) => filesystems);
  const longest = Math.max(1, ...names.map((fs) => fs.length));
  const widestLabel = Math.max(...rows.map(([distro]) => distro.length)) + 2;
  const label = Math.min(widestLabel, Math.max(6, Math.floor(columns * 0.4)));
  const all = Array.from({ length: longest }, (_, index) => longest - index).flatMap((letters) => [
    layoutWith({ groups, label, letters, cell: letters + 1, whole: true }),
    layoutWith({ groups, label, letters, cell: letters + 1, whole: false }),
  ]);
  const tightest = layoutWith({ groups, label, letters: 1, cell: 1, whole: false });
  const fits = (layout: Layout) => layout.label + layout.groups.reduce((sum, each) => sum + each, 0) <= columns;
  return all.find(fits) ?? tightest;
}

interface Wish {
  readonly groups: readonly Group[];
  readonly label: number;
  readonly letters: number;
  readonly cell: number;
  /** Whether an architecture's name is to be read to its end. */
  readonly whole: boolean;
}

function layoutWith({ groups, label, letters, cell, whole }: Wish): Layout {
  const widths = groups.map(({ arch, filesystems }) => {
    const cells = filesystems.length * cell + 1;
    return whole ? Math.max(cells, arch.length + 2) : cells;
  });
  return { label, letters, cell, groups: widths };
}

type Row = Grid['rows'][number];

/** Where something runs, then where something went wrong, then what is to come, then what is done. */
function urgency([, cells]: Row): number {
  const statuses = new Set([...cells.values()].map(({ status }) => status));
  if (statuses.has('running')) return 0;
  if (statuses.has('failed') || statuses.has('error')) return 1;
  return statuses.has('waiting') ? 2 : 3;
}

function rowsWithin(
  rows: readonly Row[],
  lines: number,
): { readonly rows: readonly Row[]; readonly hidden: readonly Row[] } {
  if (rows.length <= lines) return { rows, hidden: [] };
  const urgent = rows.toSorted((a, b) => urgency(a) - urgency(b)).slice(0, Math.max(0, lines - 1));
  return {
    rows: rows.filter((row) => urgent.includes(row)),
    hidden: rows.filter((row) => !urgent.includes(row)),
  };
}

function counted(hidden: readonly Row[], columns: number, pen: Pen): string[] {
  if (hidden.length === 0) return [];
  const cells = hidden.flatMap(([, each]) => [...each.values()]).filter(({ status }) => status !== 'skipped');
  const done = cells.filter(({ status }) => status !== 'waiting' && status !== 'running').length;
  const words = `and ${hidden.length} more: ${done} of ${cells.length} cells done`;
  return [pen.paint('dim', clip(words, columns))];
}
