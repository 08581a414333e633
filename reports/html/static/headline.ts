import { html, type Markup } from '../markup.ts';
import type { CellBrief, Core } from '../model.ts';
import { counted, day, moment, ORDER, STAND_IN, span, VERDICTS } from '../words.ts';

const isBad = ({ verdict }: CellBrief) => verdict === 'failed' || verdict === 'error';

/** The first thing that is read: what broke, in one sentence, and in numbers that filter. */
export function headline(core: Core): Markup {
  const { run, startedAt, endedAt, properties, interrupted, resumed, reason } = core;
  const commit = properties.commit?.slice(0, 10);
  return html`<section class="headline" aria-labelledby="verdict">
<h1 id="verdict">${sentence(core)}</h1>
<p class="meta"><span>Run <b>${run}</b></span> <span>${day(startedAt)} ${moment(startedAt).slice(11)} UTC</span> <span>took ${span(
    (endedAt - startedAt) / 1000,
  )}</span>${commit && html` <span>commit <b>${commit}</b></span>`}${
    properties.hostname && html` <span>on ${properties.hostname}</span>`
  }${resumed > 0 && html` <span>taken up again ${counted(resumed, 'time')}</span>`}</p>
${interrupted && html`<p class="warning"><b>Interrupted:</b> this run was broken off. <code>./stub-matrix run --resume ${run}</code> goes on with it.</p>`}
${
  reason &&
  html`<p class="warning"><b>The run itself went wrong:</b> [${reason.code}] ${reason.message}${reason.hint && html`<br>next: ${reason.hint}`}</p>`
}
${tally(core.cells)}
</section>`;
}

export function sentence({ cells, runs }: Core): string {
  const ran = cells.filter(({ verdict }) => verdict !== 'skipped');
  const bad = ran.filter(isBad);
  const fresh = bad.filter(({ change }) => change === 'new' || change === 'first').length;
  if (ran.length === 0) return 'No cell was run';
  if (fresh > 0 && runs.length < 2) return `${counted(fresh, 'cell')} did not pass`;
  if (fresh > 0 && fresh < bad.length)
    return `${counted(fresh, 'cell')} broke, ${bad.length - fresh} were broken before`;
  if (fresh > 0) return `${counted(fresh, 'cell')} broke`;
  if (bad.length > 0)
    return `Nothing new broke; ${counted(bad.length, 'cell')} still ${bad.length === 1 ? 'does' : 'do'} not pass`;
  const standIns = ran.filter(({ standIn }) => standIn).length;
  if (standIns === ran.length)
    return `${counted(ran.length, 'cell')} passed against stand-ins; no distribution itself was tested`;
  return `Nothing broke in ${counted(ran.length - standIns, 'cell')}${standIns ? `, nor in ${standIns} against stand-ins` : ''}`;
}

/** Real and stand-in never in one number. */
function tally(cells: readonly CellBrief[]): Markup {
  const count = (test: (cell: CellBrief) => boolean) => cells.filter(test).length;
  const of = ORDER.map((verdict) => ({
    verdict,
    real: count((cell) => cell.verdict === verdict && !cell.standIn),
    standIn: count((cell) => cell.verdict === verdict && cell.standIn),
  })).filter(({ real, standIn }) => real + standIn > 0);
  const changes = (['new', 'first', 'fixed'] as const)
    .map((change) => ({ change, number: count((cell) => cell.change === change) }))
    .filter(({ number }) => number > 0);
  return html`<div class="tally" role="group" aria-label="Show only">
${of.map(({ verdict, real, standIn }) => {
  const { glyph, letter, meaning } = VERDICTS[verdict];
  return html`<button type="button" class="chip ${letter}" data-filter="${verdict}" aria-pressed="false" title="${meaning}"><i aria-hidden="true">${glyph}</i><b>${real}</b> ${verdict}${
    standIn > 0 &&
    html` <span class="standin" title="${STAND_IN}">+ ${standIn} <span class="hatch">stand-in</span></span>`
  }</button>`;
})}
${changes.map(
  ({ change, number }) =>
    html`<button type="button" class="chip plain" data-filter="${change}" aria-pressed="false" title="${CHANGES[change]}"><b>${number}</b> ${
      change === 'first' ? 'never judged before' : change
    }</button>`,
)}
</div>`;
}

const CHANGES = {
  new: 'was good when it was run last',
  first: 'bad, and the history has no verdict on it',
  fixed: 'was bad when it was run last',
} as const;
