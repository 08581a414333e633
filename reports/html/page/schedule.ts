import { clock } from '../../clock.ts';
import type { Slot } from '../model.ts';
import { counted, span } from '../words.ts';
import { slots as readSlots } from './data.ts';
import { byId, fill, h } from './dom.ts';
import { gantt } from './gantt.ts';
import { stepsOf } from './lanes.ts';
import { plot } from './plot.ts';
import { phaseClass } from './timeline.ts';

let made = false;

/** The run on its clock: each attempt a bar, in as few lanes as there were cells at once, and what they were admitted with. */
export async function showSchedule(): Promise<void> {
  if (made) return;
  made = true;
  const view = byId('view-schedule');
  const slots = (await readSlots()).toSorted((a, b) => a.start - b.start);
  if (slots.length === 0) {
    fill(view, h('h1', {}, 'Schedule'), h('p', { class: 'quiet' }, 'No cell was started in this run.'));
    return;
  }
  const end = slots.reduce((latest, { start, seconds }) => Math.max(latest, start + seconds), 0);
  const status = h(
    'output',
    { class: 'quiet slot-status', 'aria-live': 'polite' },
    'Point at a bar, or go through them with the arrow keys.',
  );
  const chart = gantt(slots, end, plots(slots, end), (words) => {
    status.textContent = words;
  });
  const busy = slots.reduce((sum, { seconds }) => sum + seconds, 0);
  fill(
    view,
    h('h1', {}, 'Schedule'),
    h(
      'p',
      { class: 'meta' },
      h('span', {}, `${counted(slots.length, 'attempt')} in ${span(end)}`),
      h('span', {}, `at most ${counted(chart.lanes, 'cell')} at once, ${(busy / end).toFixed(1)} on average`),
    ),
    h('div', { class: 'bar' }, zooms(chart.zoom), legend(slots)),
    status,
    chart.element,
  );
}

const zooms = (zoom: (factor: number) => void): HTMLElement =>
  h(
    'span',
    { class: 'zooms', role: 'group', 'aria-label': 'Zoom' },
    [1, 2, 4, 8, 16].map((factor) => h('button', { type: 'button', onclick: () => zoom(factor) }, `${factor}×`)),
  );

function legend(slots: readonly Slot[]): HTMLElement {
  const phases = new Set(slots.flatMap((slot) => slot.phases.map(([name]) => name)));
  return h(
    'ul',
    { class: 'legend inline' },
    [...phases].map((name) => h('li', {}, h('span', { class: `swatch ${phaseClass(name)}` }), name)),
  );
}

function plots(slots: readonly Slot[], end: number): HTMLElement {
  if (!slots.some(({ cores }) => cores !== undefined))
    return h('p', { class: 'quiet' }, 'This run does not tell what its cells were admitted with.');
  const cores = stepsOf(slots, (slot) => slot.cores ?? 0, end);
  const memory = stepsOf(slots, ({ memoryMiB }) => (memoryMiB ?? 0) / 1024, end);
  const used = stepsOf(slots, ({ peakMemoryMiB, memoryMiB }) => (peakMemoryMiB ?? memoryMiB ?? 0) / 1024, end);
  const common = { xLabel: clock, height: 130, sync: 'time' };
  return h(
    'div',
    {},
    plot({
      ...common,
      title: 'Cores admitted',
      xs: cores.times,
      yLabel: (y) => String(Math.round(y * 10) / 10),
      lines: [{ label: 'cores', colour: '--accent', kind: 'steps', values: cores.values }],
    }),
    plot({
      ...common,
      title: 'Memory admitted, and the sum of what the cells took at most, in GiB',
      xs: memory.times,
      yLabel: (y) => y.toFixed(1),
      lines: [
        { label: 'admitted', colour: '--accent', kind: 'steps', values: memory.values },
        { label: 'peaks', colour: '--flaky', kind: 'steps', values: used.values },
      ],
    }),
  );
}
