import { clock } from '../../clock.ts';
import type { Slot } from '../model.ts';
import { counted, VERDICTS } from '../words.ts';
import { brief } from './data.ts';
import { h, place } from './dom.ts';
import { lanesOf } from './lanes.ts';
import { phaseColour } from './timeline.ts';

/** More bars than these in sight are drawn without their phases and names, for which they are too narrow. */
const DETAILED = 1500;

export interface Gantt {
  readonly element: HTMLElement;
  readonly lanes: number;
  readonly zoom: (factor: number) => void;
}

/**
 * Attempts as bars on the run's clock. Only those near the part that is in sight are there: ten thousand have place.
 *
 * @param slots in the order of their start
 * @param below what shares the clock, and is scaled along
 * @param tell called with the words on a bar that is pointed at or has the focus
 */
export function gantt(slots: readonly Slot[], end: number, below: Node, tell: (words: string) => void): Gantt {
  const lanes = lanesOf(slots);
  const laneOf = new Map(lanes.flatMap((lane, index) => lane.map((slot) => [slot, index] as const)));
  const rows = lanes.map(() => h('div', { class: 'lane', role: 'presentation' }));
  const chart = h('div', { class: 'gantt', role: 'list', 'aria-label': 'Cells over time' }, axis(end), rows);
  const scaled = h('div', { class: 'scaled' }, chart, below);
  const frame = h(
    'div',
    { class: 'scroll gantt-scroll', tabindex: 0, role: 'region', 'aria-label': 'Schedule' },
    scaled,
  );
  const bars = new Map<number, HTMLAnchorElement>();
  let current = 0;
  let drawn = { from: 0, to: -1, width: 0 };

  function draw(): void {
    const width = chart.clientWidth;
    const [left, right] = [frame.scrollLeft, frame.scrollLeft + frame.clientWidth];
    if (width === 0 || (width === drawn.width && left >= drawn.from && Math.min(right, width) <= drawn.to)) return;
    drawn = { from: left - frame.clientWidth / 2, to: right + frame.clientWidth / 2, width };
    const [from, to] = [(drawn.from / width) * end, (drawn.to / width) * end];
    const near = [...slots.entries()].filter(([, { start, seconds }]) => start < to && start + seconds > from);
    const hadFocus = chart.contains(document.activeElement);
    bars.clear();
    for (const row of rows) row.replaceChildren();
    for (const [index, slot] of near) {
      const bar = barOf(slot, end, near.length <= DETAILED);
      bar.dataset.i = String(index);
      bar.tabIndex = index === current ? 0 : -1;
      bars.set(index, bar);
      rows[laneOf.get(slot) ?? 0]?.append(bar);
    }
    if (hadFocus) bars.get(current)?.focus({ preventScroll: true });
  }

  function goTo(index: number): void {
    const slot = slots[index];
    if (!slot) return;
    current = index;
    const at = (slot.start / end) * chart.clientWidth;
    if (at < frame.scrollLeft || at > frame.scrollLeft + frame.clientWidth - 40) frame.scrollLeft = at - 80;
    draw();
    for (const [each, bar] of bars) bar.tabIndex = each === current ? 0 : -1;
    bars.get(index)?.focus({ preventScroll: true });
  }

  const tellOf = ({ target }: Event) => {
    const bar = target instanceof Element ? target.closest<HTMLElement>('a.slot') : null;
    const slot = bar && slots[Number(bar.dataset.i)];
    if (slot) tell(words(slot));
  };
  chart.addEventListener('pointerover', tellOf);
  chart.addEventListener('focusin', tellOf);
  chart.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    goTo(current + step);
  });
  frame.addEventListener('scroll', draw);
  new ResizeObserver(draw).observe(chart);
  return { element: frame, lanes: lanes.length, zoom: (factor) => void place(scaled, { '--zoom': factor }) };
}

function barOf(slot: Slot, end: number, detailed: boolean): HTMLAnchorElement {
  const { id, standIn } = brief(slot.cell);
  const { glyph, letter } = VERDICTS[slot.verdict];
  const bar = h('a', {
    class: `slot ${letter}${standIn ? ' h' : ''}`,
    href: `#cell/${id}`,
    role: 'listitem',
    'aria-label': words(slot),
  });
  place(bar, { '--from': slot.start / end, '--width': slot.seconds / end });
  if (!detailed) return bar;
  bar.append(h('b', {}, h('i', {}, glyph), ` ${id}${slot.attempt > 1 ? ` (attempt ${slot.attempt})` : ''}`));
  return place(bar, { '--phases': phases(slot) });
}

/** No elements of their own: a gradient. */
function phases({ start: zero, seconds: whole, phases: all }: Slot): string {
  const percent = (seconds: number) => `${((seconds / (whole || 1)) * 100).toFixed(1)}%`;
  const stops = all.flatMap(([name, start, seconds]) => {
    const [from, to] = [percent(start - zero), percent(start - zero + seconds)];
    return [`transparent ${from}`, `${phaseColour(name)} ${from} ${to}`, `transparent ${to}`];
  });
  return stops.length > 0 ? `linear-gradient(90deg, ${stops.join()})` : 'none';
}

function words({ cell, attempt, verdict, start, seconds, phases: all, cores, memoryMiB, peakMemoryMiB }: Slot): string {
  const parts = [
    `${brief(cell).id}${attempt > 1 ? `, attempt ${attempt}` : ''}: ${verdict}${brief(cell).standIn ? ' (stand-in)' : ''}`,
    `${clock(start)} to ${clock(start + seconds)}, ${clock(seconds)}`,
    cores !== undefined && `${counted(cores, 'core')} and ${memoryMiB} MiB admitted`,
    peakMemoryMiB !== undefined && `at most ${peakMemoryMiB} MiB used`,
    all.map(([name, , took]) => `${name} ${clock(took)}`).join(', '),
  ];
  return parts.filter((each) => each).join(' · ');
}

/** Marks at round times, nine or less. */
function axis(end: number): HTMLElement {
  const step = [60, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400].find((each) => end / each <= 9) ?? 86_400;
  const marks = Array.from({ length: Math.floor(end / step) + 1 }, (_, index) =>
    place(h('span', {}, clock(index * step)), { '--from': (index * step) / end }),
  );
  return h('div', { class: 'axis', 'aria-hidden': 'true' }, marks);
}
