import { clock } from '../../clock.ts';
import type { Slot } from '../model.ts';
import { counted, span, VERDICTS } from '../words.ts';
import { brief, slots as readSlots } from './data.ts';
import { byId, fill, h, place } from './dom.ts';
import { lanesOf, stepsOf } from './lanes.ts';
import { plot } from './plot.ts';
import { phaseClass, phaseColour } from './timeline.ts';

let made = false;

/** The run on its clock: each attempt a bar, in as few lanes as there were cells at once, and what they were admitted with. */
export async function showSchedule(): Promise<void> {
  if (made) return;
  made = true;
  const view = byId('view-schedule');
  const slots = (await readSlots()).toSorted((a, b) => a.start - b.start);
  if (slots.length === 0)
    return fill(view, h('h1', {}, 'Schedule'), h('p', { class: 'quiet' }, 'No cell was started in this run.'));
  const end = slots.reduce((latest, { start, seconds }) => Math.max(latest, start + seconds), 0);
  const lanes = lanesOf(slots);
  const status = h(
    'output',
    { class: 'quiet slot-status', 'aria-live': 'polite' },
    'Point at a bar, or go through them with the arrow keys.',
  );
  const chart = h('div', { class: 'gantt', role: 'list', 'aria-label': 'Cells over time' }, axis(end));
  const bars: HTMLAnchorElement[] = [];
  const byStart = new Map(slots.map((slot, index) => [slot, index]));
  for (const lane of lanes) {
    const row = h('div', { class: 'lane' });
    for (const slot of lane) {
      const bar = barOf(slot, end);
      bars[byStart.get(slot) ?? 0] = bar;
      row.append(bar);
    }
    chart.append(row);
  }
  if (bars[0]) bars[0].tabIndex = 0;
  const tell = (event: Event) => {
    const bar = event.target instanceof Element ? event.target.closest<HTMLElement>('a.slot') : null;
    if (bar) status.textContent = words(slots[bars.indexOf(bar as HTMLAnchorElement)]);
  };
  chart.addEventListener('pointerover', tell);
  chart.addEventListener('focusin', tell);
  chart.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const next = bars[bars.indexOf(document.activeElement as HTMLAnchorElement) + step];
    if (step === 0 || !next) return;
    event.preventDefault();
    next.focus();
  });
  const scaled = h('div', { class: 'scaled' }, chart, plots(slots, end));
  const zoom = (factor: number) => place(scaled, { '--zoom': factor });
  const busy = slots.reduce((sum, { seconds }) => sum + seconds, 0);
  const phases = [...new Set(slots.flatMap((slot) => slot.phases.map(([name]) => name)))];
  fill(
    view,
    h('h1', {}, 'Schedule'),
    h(
      'p',
      { class: 'meta' },
      h('span', {}, `${counted(slots.length, 'attempt')} in ${span(end)}`),
      h('span', {}, `at most ${counted(lanes.length, 'cell')} at once, ${(busy / end).toFixed(1)} on average`),
    ),
    h(
      'div',
      { class: 'bar' },
      h(
        'span',
        { class: 'zooms', role: 'group', 'aria-label': 'Zoom' },
        [1, 2, 4, 8].map((factor) => h('button', { type: 'button', onclick: () => zoom(factor) }, `${factor}×`)),
      ),
      h(
        'ul',
        { class: 'legend inline' },
        phases.map((name) => h('li', {}, h('span', { class: `swatch ${phaseClass(name)}` }), name)),
      ),
    ),
    status,
    h('div', { class: 'scroll gantt-scroll', tabindex: 0, role: 'region', 'aria-label': 'Schedule' }, scaled),
  );
}

/** Ten thousand of these may stand in a chart: the phases are a gradient, no elements. */
function barOf(slot: Slot, end: number): HTMLAnchorElement {
  const { id, standIn } = brief(slot.cell);
  const { glyph, letter } = VERDICTS[slot.verdict];
  const percent = (seconds: number) => `${((seconds / (slot.seconds || 1)) * 100).toFixed(1)}%`;
  const stops = slot.phases.flatMap(([name, start, seconds]) => {
    const [from, to] = [percent(start - slot.start), percent(start - slot.start + seconds)];
    return [`transparent ${from}`, `${phaseColour(name)} ${from} ${to}`, `transparent ${to}`];
  });
  const bar = h(
    'a',
    {
      class: `slot ${letter}${standIn ? ' h' : ''}`,
      href: `#cell/${id}`,
      tabindex: -1,
      role: 'listitem',
      'aria-label': words(slot),
    },
    h('b', {}, h('i', {}, glyph), ` ${id}${slot.attempt > 1 ? ` (attempt ${slot.attempt})` : ''}`),
  );
  const phases = stops.length > 0 ? `linear-gradient(90deg, ${stops.join()})` : 'none';
  return place(bar, { '--from': slot.start / end, '--width': slot.seconds / end, '--phases': phases });
}

function words(slot: Slot | undefined): string {
  if (!slot) return '';
  const { cell, attempt, verdict, start, seconds, phases, cores, memoryMiB, peakMemoryMiB } = slot;
  const parts = [
    `${brief(cell).id}${attempt > 1 ? `, attempt ${attempt}` : ''}: ${verdict}${brief(cell).standIn ? ' (stand-in)' : ''}`,
    `${clock(start)} to ${clock(start + seconds)}, ${clock(seconds)}`,
    cores !== undefined && `${counted(cores, 'core')} and ${memoryMiB} MiB admitted`,
    peakMemoryMiB !== undefined && `at most ${peakMemoryMiB} MiB used`,
    phases.map(([name, , took]) => `${name} ${clock(took)}`).join(', '),
  ];
  return parts.filter((each) => each).join(' · ');
}

/** Marks at round times, six or so. */
function axis(end: number): HTMLElement {
  const step = [60, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400].find((each) => end / each <= 9) ?? 86_400;
  const marks = Array.from({ length: Math.floor(end / step) + 1 }, (_, index) =>
    place(h('span', {}, clock(index * step)), { '--from': (index * step) / end }),
  );
  return h('div', { class: 'axis', 'aria-hidden': 'true' }, marks);
}

function plots(slots: readonly Slot[], end: number): HTMLElement | undefined {
  if (!slots.some(({ cores }) => cores !== undefined))
    return h('p', { class: 'quiet' }, 'This run does not tell what its cells were admitted with.');
  const cores = stepsOf(slots, ({ cores: each }) => each ?? 0, end);
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
