import { differenceOf } from '../difference.ts';
import type { AttemptView, CellBrief, Detail } from '../model.ts';
import { VERDICTS } from '../words.ts';
import { command, glyphOf } from './bits.ts';
import { brief, core } from './data.ts';
import { h, headings } from './dom.ts';

/** The diagnosis where there is one, and what the check itself said. */
export function evidence({ diagnosis, checks: all }: AttemptView, { problem, verdict }: CellBrief): HTMLElement {
  const check =
    all.find(({ status }) => status === 'failed') ?? all.find(({ status }) => status === 'error' || status === 'known');
  const others = problem === undefined ? 0 : (core.problems[problem]?.cells.length ?? 1) - 1;
  return h(
    'div',
    { class: `evidence-box ${VERDICTS[verdict].letter}` },
    diagnosis && h('p', { class: 'sentence' }, diagnosis.sentence),
    diagnosis &&
      diagnosis.lines.length > 0 &&
      h(
        'pre',
        { class: 'evidence' },
        diagnosis.lines.map(({ number, text }) => h('span', { class: 'line', 'data-n': number }, text, '\n')),
      ),
    check && h('p', {}, glyphOf(check.status), ` “${check.check}” `, check.reason && h('code', {}, check.reason.code)),
    check?.reason && h('pre', { class: 'reason' }, check.reason.message),
    check?.reason?.hint && h('p', { class: 'hint' }, `Next: ${check.reason.hint}`),
    check?.reason?.command && command(check.reason.command, 'Copy the command'),
    check?.reason?.stack && h('details', {}, h('summary', {}, 'stack'), h('pre', {}, check.reason.stack)),
    diagnosis &&
      h(
        'p',
        { class: 'quiet' },
        'Fault ',
        h('code', {}, diagnosis.signature),
        others > 0 && `, which ${others} other ${others === 1 ? 'cell has' : 'cells have'} too`,
      ),
  );
}

/** The facts of the last good run against those of this one; where a repository lies between, how to read what came in. */
export function changes({ changes: all, lastGood }: Detail): HTMLElement {
  if (!lastGood) return h('p', { class: 'quiet' }, 'The history has no good run of this cell to compare with.');
  const commit = core.properties.commit;
  const log = commit && lastGood.commit && commit !== lastGood.commit;
  if (all.length === 0 && !log) return h('p', {}, 'Nothing that is on record: the same image, kernel and archive.');
  const rows = all.map(({ name, before, after }) => {
    const apart = differenceOf(before ?? '', after ?? '');
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      h(
        'td',
        {},
        before === undefined
          ? h('span', { class: 'quiet' }, 'not on record')
          : [apart.head, h('del', {}, apart.before), apart.tail],
      ),
      h('td', {}, apart.head, h('ins', {}, apart.after), apart.tail),
    );
  });
  return h(
    'div',
    {},
    all.length > 0 &&
      h(
        'div',
        { class: 'scroll' },
        h('table', { class: 'diff' }, headings(['', lastGood.run, 'this run']), h('tbody', {}, rows)),
      ),
    log &&
      command(
        `git log --oneline ${lastGood.commit?.slice(0, 12)}..${commit.slice(0, 12)}`,
        'Copy the command that lists what came in',
      ),
  );
}

/** Both consoles at the first line in which they tell another story. */
export function divergence({ against, here, there }: NonNullable<AttemptView['divergence']>): HTMLElement {
  const apart = here.findIndex(({ text }, index) => text !== there[index]?.text);
  const side = (title: string, lines: typeof here) =>
    h(
      'div',
      {},
      h('h3', {}, title),
      lines.length === 0
        ? h('p', { class: 'quiet' }, 'It ends here.')
        : h(
            'pre',
            { class: 'evidence' },
            lines.map(({ number, text }, index) =>
              h('span', { class: index === apart ? 'line apart' : 'line', 'data-n': number }, text, '\n'),
            ),
          ),
    );
  return h('div', { class: 'columns even' }, side('this run', here), side(`last good: ${against}`, there));
}

export function facts({ facts: all, notes }: Detail): HTMLElement {
  return h(
    'div',
    {},
    h(
      'dl',
      { class: 'facts' },
      Object.entries(all).map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
    ),
    notes.length > 0 &&
      h(
        'ul',
        { class: 'notes' },
        notes.map((note) => h('li', {}, note)),
      ),
  );
}

/** The same distribution elsewhere: whether it is the architecture, the filesystem, or all of it. */
export function siblings(index: number): HTMLElement {
  const { at } = brief(index);
  const [distro] = at;
  const { arches, fss, distros } = core.axes;
  const mine = new Map(
    core.cells.flatMap((cell, each) =>
      cell.at[0] === distro ? [[cell.at[1] * fss.length + cell.at[2], each] as const] : [],
    ),
  );
  const row = (arch: string, place: number) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, arch),
      fss.map((_, column) => h('td', {}, small(mine.get(place * fss.length + column), index))),
    );
  return h(
    'table',
    { class: 'matrix siblings', 'aria-label': `${distros[distro]} on all architectures and filesystems` },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, distros[distro]),
        fss.map((fs) => h('th', { scope: 'col' }, fs)),
      ),
    ),
    h('tbody', {}, arches.map(row)),
  );
}

function small(index: number | undefined, current: number): Node | undefined {
  if (index === undefined) return undefined;
  const { id, verdict, standIn } = brief(index);
  const glyph = glyphOf(verdict);
  const link = h(
    'a',
    {
      href: `#cell/${id}`,
      class: `c ${glyph.classList[1]}${standIn ? ' h' : ''}`,
      'aria-label': `${id}: ${verdict}${standIn ? ', stand-in' : ''}`,
      ...(index === current ? { 'aria-current': 'true' } : {}),
    },
    glyph,
  );
  glyph.className = '';
  return link;
}
