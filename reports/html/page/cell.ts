import { clock } from '../../clock.ts';
import type { AttemptView, CellBrief, Detail } from '../model.ts';
import { counted, day, moment, STAND_IN, VERDICTS } from '../words.ts';
import { badge, command, glyphOf, pastStrip } from './bits.ts';
import { changes, divergence, evidence, facts, siblings } from './cell-parts.ts';
import { checks, files } from './checks.ts';
import { consoleView } from './console.ts';
import { brief, consoleOf, core, detail } from './data.ts';
import { byId, type Child, fill, h } from './dom.ts';
import { durationPlot } from './durations.ts';
import { timeline } from './timeline.ts';

let shown = -1;
export const shownCell = () => shown;

/** The page of one cell: what went wrong and what to type, then all that speaks for it. */
export async function showCell(index: number): Promise<void> {
  shown = index;
  const cell = brief(index);
  const view = byId('view-cell');
  const title = h('h1', { tabindex: -1, id: 'cell-title' }, cell.id);
  const body = h('div', { class: 'cell' }, h('p', { class: 'quiet' }, 'unpacking …'));
  fill(view, h('div', { class: 'cell-head' }, title, badge(cell.verdict, cell.standIn), neighbours(index)), body);
  title.focus({ preventScroll: true });
  document.title = `${VERDICTS[cell.verdict].glyph} ${cell.id} – stub-matrix ${core.run}`;
  const data = await detail(index);
  const log = await consoleOf(index);
  if (shown !== index) return;
  const spoken = data.attempts.find(({ attempt }) => attempt === data.consoleOf) ?? data.attempts.at(-1);
  const findings = spoken?.diagnosis?.lines.map(({ number }) => number) ?? [];
  fill(
    body,
    standing(cell, data),
    cell.standIn &&
      h(
        'p',
        { class: 'warning standin-note h' },
        h('b', {}, 'Stand-in: '),
        `this cell ran ${STAND_IN}. It says nothing about the distribution.`,
      ),
    data.because !== undefined && section('Not run', h('p', {}, `because ${data.because}`)),
    spoken && cell.verdict !== 'passed' && section('What went wrong', evidence(spoken, cell)),
    data.rerun &&
      section(
        'Again',
        command(data.rerun, 'Copy the command that runs this cell again'),
        spoken?.reopen && command(spoken.reopen, 'Copy the command that boots the guest as it was'),
      ),
    data.because === undefined && section('Changed since last good', changes(data)),
    data.attempts.map((attempt) => attemptParts(attempt, data, attempt === spoken)),
    log &&
      section(`Console${data.attempts.length > 1 ? ` of attempt ${data.consoleOf}` : ''}`, consoleView(log, findings)),
    !log &&
      spoken &&
      section(
        'Console',
        h('p', { class: 'quiet' }, 'Not in this page, to keep it small: it is among the files above.'),
      ),
    h(
      'div',
      { class: 'columns even' },
      section('Facts', facts(data)),
      section('Its last runs', pastStrip(cell.past), durationPlot(index, data)),
    ),
    section('Its relatives', siblings(index)),
  );
}

const section = (title: string, ...content: Child[]): HTMLElement => h('section', {}, h('h2', {}, title), content);

function attemptParts(attempt: AttemptView, data: Detail, open: boolean): HTMLElement {
  const many = data.attempts.length > 1;
  const parts = [
    section('Phases', timeline(attempt, data)),
    attempt.divergence && section('Where its console departs from the last good one', divergence(attempt.divergence)),
    h('div', { class: 'columns even' }, section('Checks', checks(attempt)), section('Files', files(attempt))),
  ];
  if (!many) return h('div', {}, parts);
  const summary = h(
    'summary',
    {},
    h('h2', {}, `Attempt ${attempt.attempt}`),
    ' ',
    badge(attempt.status),
    ` ${clock(attempt.seconds)}`,
  );
  return h('details', { class: 'attempt', open }, summary, parts);
}

function standing(cell: CellBrief, data: Detail): HTMLElement {
  const since = cell.since === undefined ? undefined : core.runs[cell.since];
  const words = [
    cell.change === 'new' && 'was good when it was run last',
    cell.change === 'first' && core.runs.length > 1 && 'the history has no verdict on it',
    cell.change === 'still' && since && `since ${day(since.startedAt)}, ${counted(cell.times ?? 1, 'run')} in a row`,
    cell.change === 'fixed' && 'was bad when it was run last',
    data.lastGood &&
      `last good ${day(data.lastGood.startedAt)} ${moment(data.lastGood.startedAt).slice(11)} UTC, run ${data.lastGood.run}`,
    data.because === undefined && `took ${clock(cell.seconds)}${cell.usual ? `, usually ${clock(cell.usual)}` : ''}`,
    data.attempts.length > 1 &&
      `${data.attempts.filter(({ status }) => status === 'passed').length} of ${data.attempts.length} attempts passed`,
    data.admitted &&
      `admitted with ${data.admitted.cores} cores, ${data.admitted.memoryMiB} MiB (${data.admitted.basis})`,
  ];
  return h(
    'p',
    { class: 'meta' },
    h('b', {}, VERDICTS[cell.verdict].meaning),
    words.map((each) => each && h('span', {}, each)),
  );
}

/** The cells of faults, in the order of the first page: what n and p go through. */
export const troubled: readonly number[] = core.problems.flatMap(({ cells }) => cells);

export const troubledFrom = (index: number, step: number): number | undefined => {
  const at = troubled.indexOf(index);
  if (at < 0) return troubled[step > 0 ? 0 : troubled.length - 1];
  return troubled[at + step];
};

function neighbours(index: number): HTMLElement {
  const link = (step: number, sign: string, key: string) => {
    const next = troubledFrom(index, step);
    if (next === undefined) return undefined;
    const { id, verdict } = brief(next);
    return h(
      'a',
      { href: `#cell/${id}`, title: `${id} (${key})` },
      step < 0 ? `${sign} ` : '',
      glyphOf(verdict),
      ` ${id}`,
      step > 0 ? ` ${sign}` : '',
    );
  };
  return h(
    'nav',
    { class: 'neighbours', 'aria-label': 'Cells that did not pass' },
    link(-1, '←', 'p'),
    link(1, '→', 'n'),
  );
}
