import { clock } from '../../clock.ts';
import type { AttemptView, Detail } from '../model.ts';
import { h, place } from './dom.ts';

/** Slower than in the last good run by so much is worth a word; both must hold. */
const SLOWER = { seconds: 5, share: 0.25 };

/** The phases of an attempt, each where it stands on the attempt's clock, and how much longer than in the last good run. */
export function timeline({ phases, startedAt, seconds }: AttemptView, { goodPhases, lastGood }: Detail): HTMLElement {
  if (phases.length === 0) return h('p', { class: 'quiet' }, 'No phase of it was begun.');
  const start = startedAt ?? phases[0]?.startedAt ?? 0;
  const end = Math.max(seconds, ...phases.map((each) => (each.startedAt - start) / 1000 + each.seconds), 0.001);
  const rows = phases.map(({ name, startedAt: begun, seconds: took, ok }, index) => {
    const last = phases.findLastIndex((each) => each.name === name) === index;
    const sum = phases.filter((each) => each.name === name).reduce((all, each) => all + each.seconds, 0);
    const verdict = ok === false ? 'broke off' : ok === undefined ? 'no end on record' : '';
    const bar = place(h('span', { class: `bar ${phaseClass(name)}${ok === false ? ' bad' : ''}` }), {
      '--from': (begun - start) / 1000 / end,
      '--width': took / end,
    });
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      h('td', { class: 'track' }, bar),
      h('td', { class: 'number' }, clock(took)),
      h(
        'td',
        { class: 'note' },
        verdict && h('b', { class: 'bad' }, `✗ ${verdict}`),
        last && ok !== false && slower(sum, goodPhases[name]),
      ),
    );
  });
  const head = ['phase', `0:00 to ${clock(end)}`, 'took', lastGood ? 'against the last good run' : ''];
  return h(
    'table',
    { class: 'timeline' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        head.map((each) => h('th', { scope: 'col' }, each)),
      ),
    ),
    h('tbody', {}, rows),
  );
}

function slower(seconds: number, good: number | undefined): string {
  if (good === undefined) return '';
  const more = seconds - good;
  const worth = Math.abs(more) > SLOWER.seconds && Math.abs(more) > good * SLOWER.share;
  return worth ? ` ${more > 0 ? '+' : '−'}${clock(Math.abs(more))} (was ${clock(good)})` : '';
}

const cssName = (name: string) => name.replace(/[^a-z-]/g, '');

/** Phases that the stylesheet knows have a shade of their own. */
export const phaseClass = (name: string) => `ph-${cssName(name)}`;
export const phaseColour = (name: string) => `var(--ph-${cssName(name)}, var(--ph))`;
