import uPlot from 'uplot';
import { h } from './dom.ts';
import { colour, themeChanges } from './theme.ts';

export interface Line {
  readonly label: string;
  /** A custom property of the stylesheet, such as `--failed`. */
  readonly colour: string;
  readonly values: readonly (number | null)[];
  readonly dashed?: boolean;
  readonly kind?: 'line' | 'bars' | 'steps' | 'points';
}

export interface PlotSpec {
  readonly title: string;
  /** What stands below: indexes of runs, or seconds. */
  readonly xs: readonly number[];
  readonly xLabel: (x: number) => string;
  readonly yLabel: (y: number) => string;
  readonly lines: readonly Line[];
  readonly height?: number;
  readonly yMax?: number;
  /** Called with the index of what was clicked on. */
  readonly open?: (index: number) => void;
  /** Lets the pointers of several plots move together. */
  readonly sync?: string;
}

/** A plot, and the same numbers as a table for who does not see it. */
export function plot(spec: PlotSpec): HTMLElement {
  const canvas = h('div', {
    class: 'canvas',
    role: 'img',
    'aria-label': `${spec.title}; its numbers are in the table below`,
  });
  let drawn: uPlot | undefined;
  const draw = () => {
    const width = canvas.clientWidth;
    if (width === 0) return;
    drawn?.destroy();
    drawn = new uPlot(
      optionsOf(spec, width),
      [[...spec.xs], ...spec.lines.map(({ values }) => [...values])] as uPlot.AlignedData,
      canvas,
    );
  };
  let widest = 0;
  new ResizeObserver(() => {
    if (canvas.clientWidth === widest) return;
    widest = canvas.clientWidth;
    draw();
  }).observe(canvas);
  themeChanges.addEventListener('change', draw);
  if (spec.open) canvas.addEventListener('click', () => drawn?.cursor.idx != null && spec.open?.(drawn.cursor.idx));
  return h('figure', { class: 'plot' }, h('figcaption', {}, spec.title), canvas, table(spec));
}

/** Steps between marks on a clock, in seconds. */
const TIMES = [1, 10, 60, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400];

function optionsOf({ xLabel, yLabel, lines, xs, height = 180, yMax, sync }: PlotSpec, width: number): uPlot.Options {
  const quiet = colour('--quiet');
  const axis = {
    stroke: quiet,
    font: '11px system-ui, sans-serif',
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    legend: { live: true },
    cursor: { points: { size: 6 }, drag: { x: false, y: false }, ...(sync ? { sync: { key: sync } } : {}) },
    scales: {
      x: { time: false, range: (_, min, max) => (xs.length < 2 ? [min - 1, max + 1] : [min, max]) },
      y: { range: (_, _min, max) => [0, yMax ?? Math.max(1, (max ?? 0) * 1.08)] },
    },
    axes: [
      {
        ...axis,
        size: 26,
        space: 72,
        ...(sync === 'time' ? { incrs: TIMES } : {}),
        grid: { show: false },
        values: (_, splits) => splits.map((x) => (Number.isInteger(x) || sync === 'time' ? xLabel(x) : '')),
      },
      { ...axis, size: 62, values: (_, splits) => splits.map(yLabel) },
    ],
    series: [
      { label: 'at', value: (_, x) => (x === null ? '' : xLabel(x)) },
      ...lines.map((line) => series(line, yLabel)),
    ],
  };
}

function series({ label, colour: name, dashed, kind = 'line' }: Line, yLabel: (y: number) => string): uPlot.Series {
  const stroke = colour(name);
  return {
    label,
    stroke,
    width: kind === 'points' ? 0 : 1.5,
    spanGaps: kind === 'line',
    value: (_, y) => (y === null ? '–' : yLabel(y)),
    ...(dashed ? { dash: [4, 4] } : {}),
    ...(kind === 'bars'
      ? {
          fill: stroke,
          paths: uPlot.paths.bars?.({ size: [0.7, 14] }) as uPlot.Series.PathBuilder,
          points: { show: false },
        }
      : {}),
    ...(kind === 'steps'
      ? {
          fill: stroke.replace(')', ', 0.2)'),
          paths: uPlot.paths.stepped?.({ align: 1 }) as uPlot.Series.PathBuilder,
          points: { show: false },
        }
      : {}),
    ...(kind === 'points' ? { points: { show: true, size: 6, fill: stroke } } : {}),
  };
}

/** Made when it is opened: a schedule has thousands of rows. */
function table({ xs, lines, xLabel, yLabel }: PlotSpec): HTMLElement {
  const details = h('details', {}, h('summary', {}, 'as a table'));
  details.addEventListener(
    'toggle',
    () => {
      const head = h(
        'tr',
        {},
        ['', ...lines.map(({ label }) => label)].map((each) => h('th', { scope: 'col' }, each)),
      );
      const rows = xs.map((x, index) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, xLabel(x)),
          lines.map(({ values }) => h('td', { class: 'number' }, values[index] == null ? '–' : yLabel(values[index]))),
        ),
      );
      details.append(
        h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, head), h('tbody', {}, rows.toReversed()))),
      );
    },
    { once: true },
  );
  return details;
}
