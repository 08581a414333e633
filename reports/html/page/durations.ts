import { clock } from '../../clock.ts';
import type { Detail } from '../model.ts';
import { day, ORDER, readLetter, VERDICTS } from '../words.ts';
import { brief, core } from './data.ts';
import { h } from './dom.ts';
import { plot } from './plot.ts';

/** How long a cell took in its last runs, its verdicts apart: one that broke off early is no faster. */
export function durationPlot(index: number, { seconds }: Detail): HTMLElement {
  const { past } = brief(index);
  const said = [...past].map((letter) => readLetter(letter));
  const present = ORDER.filter((verdict) => verdict !== 'skipped' && said.some((each) => each?.verdict === verdict));
  if (core.runs.length < 2 || present.length === 0) return h('p', { class: 'quiet' }, 'No history to plot yet.');
  return plot({
    title: 'How long it took',
    xs: core.runs.map((_, run) => run),
    xLabel: (run) => day(core.runs[run]?.startedAt ?? 0).slice(4),
    yLabel: clock,
    lines: present.map((verdict) => ({
      label: `${VERDICTS[verdict].glyph} ${verdict}`,
      colour: `--${verdict}`,
      kind: verdict === 'passed' ? 'line' : 'points',
      values: seconds.map((value, run) => (said[run]?.verdict === verdict ? value : null)),
    })),
  });
}
