import { clock } from '../../clock.ts';
import { ABSENT, counted, day, moment, span } from '../words.ts';
import { pastStrip } from './bits.ts';
import { brief, core } from './data.ts';
import { byId, fill, h } from './dom.ts';
import { filter, filterChanges } from './matrix.ts';
import { plot } from './plot.ts';
import { type CellRecord, record } from './record.ts';

/** Rows that are made at once; the rest on demand. */
const ROWS = 100;

let made = false;

/** What the last runs came to: the share that passed, what was flaky, how long they took; and each cell's record. */
export function showHistory(): void {
  if (made) return;
  made = true;
  const { runs } = core;
  const view = byId('view-history');
  if (runs.length < 2) {
    fill(
      view,
      h('h1', {}, 'History'),
      h('p', { class: 'quiet' }, 'There are no earlier runs in the history yet: it begins with this one.'),
    );
    return;
  }
  const judged = (tally: (typeof runs)[number]['real']) =>
    tally.passed + tally.flaky + tally.failed + tally.error + tally.known;
  const rate = (tally: (typeof runs)[number]['real']) =>
    judged(tally) === 0 ? null : (tally.passed / judged(tally)) * 100;
  const xs = runs.map((_, index) => index);
  const xLabel = (index: number) => day(runs[index]?.startedAt ?? 0).slice(4);
  const common = { xs, xLabel, sync: 'runs' };
  const hasStandIns = runs.some(({ standIn }) => judged(standIn) > 0);
  fill(
    view,
    h('h1', {}, 'History'),
    h(
      'p',
      { class: 'meta' },
      h('span', {}, counted(runs.length, 'run')),
      h('span', {}, `${moment(runs[0]?.startedAt ?? 0)} to ${moment(core.startedAt)} UTC`),
    ),
    h(
      'div',
      { class: 'plots' },
      plot({
        ...common,
        title: 'Passed at the first try, per cent of the cells that ran',
        yLabel: (y) => `${Math.round(y)} %`,
        yMax: 100,
        lines: [
          { label: 'distributions', colour: '--passed', values: runs.map(({ real }) => rate(real)) },
          ...(hasStandIns
            ? [
                {
                  label: 'stand-ins',
                  colour: '--quiet',
                  dashed: true,
                  values: runs.map(({ standIn }) => rate(standIn)),
                },
              ]
            : []),
        ],
      }),
      plot({
        ...common,
        title: 'Cells that failed, in which the harness erred, or that were flaky; stand-ins among them',
        yLabel: (y) => (Number.isInteger(y) ? String(y) : ''),
        lines: (['failed', 'error', 'flaky'] as const).map((verdict) => ({
          label: verdict,
          colour: `--${verdict}`,
          dashed: verdict === 'flaky',
          values: runs.map(({ real, standIn }) => real[verdict] + standIn[verdict]),
        })),
      }),
      plot({
        ...common,
        title: 'How long a run took, all of it',
        yLabel: span,
        lines: [{ label: 'run', colour: '--accent', values: runs.map(({ seconds }) => seconds ?? null) }],
      }),
    ),
    records(),
  );
}

type Sort = 'least reliable' | 'flakiest' | 'slower than usual' | 'name';

const SORTS: Readonly<Record<Sort, (cell: number, record: CellRecord) => number>> = {
  'least reliable': (_, { judged, passed }) => (judged === 0 ? 2 : passed / judged),
  flakiest: (_, { judged, flaky }) => (judged === 0 ? 0 : -flaky / judged),
  'slower than usual': (cell) => -(brief(cell).seconds / (brief(cell).usual ?? Number.POSITIVE_INFINITY)),
  name: (cell) => cell,
};

function records(): HTMLElement {
  const all = core.cells.flatMap((cell, index) =>
    new Set(cell.past).size === 1 && (cell.past[0] === ABSENT || cell.verdict === 'skipped') ? [] : [index],
  );
  const known = new Map(all.map((index) => [index, record(brief(index))]));
  let sort: Sort = 'least reliable';
  let rows = ROWS;
  const body = h('tbody');
  const more = h('button', {
    type: 'button',
    onclick: () => {
      rows += 10 * ROWS;
      draw();
    },
  });
  const draw = () => {
    const weight = new Map(all.map((index) => [index, SORTS[sort](index, known.get(index) as CellRecord)]));
    const shown = all.filter(filter()).toSorted((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0));
    fill(
      body,
      shown.slice(0, rows).map((index) => row(index, known.get(index) as CellRecord)),
    );
    more.hidden = shown.length <= rows;
    more.textContent = `${shown.length - rows} more`;
  };
  const select = h(
    'select',
    {
      'aria-label': 'Order',
      onchange: () => {
        sort = select.value as Sort;
        rows = ROWS;
        draw();
      },
    },
    Object.keys(SORTS).map((name) => h('option', {}, name)),
  );
  filterChanges.addEventListener('change', () => draw());
  draw();
  return h(
    'section',
    {},
    h('div', { class: 'bar' }, h('h2', {}, 'Cell by cell'), h('label', {}, 'Order ', select)),
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'records' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['cell', 'last runs, newest at the right', 'passed', 'flaky', 'bad', 'took', 'usually'].map((each) =>
              h('th', { scope: 'col' }, each),
            ),
          ),
        ),
        body,
      ),
    ),
    more,
  );
}

function row(index: number, { judged, passed, flaky, bad }: CellRecord): HTMLElement {
  const { id, past, seconds, usual, standIn } = brief(index);
  const number = (text: string | number) => h('td', { class: 'number' }, text);
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      h('a', { href: `#cell/${id}` }, id),
      standIn && h('span', { class: 'hatch' }, ' stand-in'),
    ),
    h('td', {}, pastStrip(past)),
    number(judged === 0 ? '–' : `${Math.floor((passed / judged) * 100)} %`),
    number(flaky || '·'),
    number(bad || '·'),
    number(clock(seconds)),
    number(usual === undefined ? '–' : clock(usual)),
  );
}
