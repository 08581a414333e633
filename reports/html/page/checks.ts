import { clock } from '../../clock.ts';
import type { AttemptView } from '../model.ts';
import { counted, size } from '../words.ts';
import { glyphOf } from './bits.ts';
import { h } from './dom.ts';

type Check = AttemptView['checks'][number];

/** Each with its glyph and time. Those that were skipped because of one thing are told as one, and unfolded where asked for. */
export function checks({ checks: all }: AttemptView): HTMLElement {
  const list = h('ol', { class: 'checks' });
  let index = 0;
  for (let check = all[index]; check; check = all[index]) {
    const run = sameSkips(all, index);
    list.append(run.length > 1 ? folded(run) : item(check));
    index += run.length;
  }
  return list;
}

/** The check at an index, and those behind it that were skipped for its reason. */
function sameSkips(all: readonly Check[], from: number): readonly Check[] {
  const reason = all[from]?.status === 'skipped' ? all[from].reason?.message : undefined;
  let to = from + 1;
  while (reason !== undefined && all[to]?.status === 'skipped' && all[to]?.reason?.message === reason) to += 1;
  return all.slice(from, to);
}

function folded(run: readonly Check[]): HTMLElement {
  const summary = h('summary', {}, `${counted(run.length, 'check')} skipped, ${run[0]?.reason?.message}`);
  return h(
    'li',
    { class: 'skipped' },
    glyphOf('skipped'),
    h(
      'details',
      {},
      summary,
      run.map(({ check }) => h('div', {}, check)),
    ),
  );
}

function item({ check, status, seconds, reason }: Check): HTMLElement {
  const took = status === 'skipped' ? '' : seconds < 10 ? `${seconds.toFixed(1)} s` : clock(seconds);
  const why = status === 'passed' ? undefined : reason?.message.split('\n')[0];
  return h(
    'li',
    { class: status },
    glyphOf(status),
    h('span', {}, h('span', { class: 'unseen' }, `${status}: `), check, why && h('small', {}, ` ${why}`)),
    h('span', { class: 'number' }, took),
  );
}

export function files({ files: all, reopen, usage }: AttemptView): HTMLElement {
  return h(
    'div',
    {},
    h(
      'ul',
      { class: 'files' },
      all.map(({ name, href, path, bytes }) =>
        h(
          'li',
          {},
          href !== undefined && bytes !== undefined ? h('a', { href }, name) : h('span', {}, name),
          ' ',
          h('code', {}, href === undefined ? path : decodeURIComponent(href)),
          ' ',
          h('small', {}, bytes === undefined ? 'not there' : size(bytes)),
        ),
      ),
    ),
    reopen &&
      h(
        'p',
        { class: 'quiet' },
        'A capsule was left: the second command above boots it at the state before the failed phase.',
      ),
    usage &&
      h(
        'p',
        { class: 'quiet' },
        `Took at most ${usage.peakMemoryMiB} MiB of memory and ${Math.round(usage.cpuSeconds)} s of CPU time.`,
      ),
  );
}
