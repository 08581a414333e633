import { html, type Markup } from '../markup.ts';
import type { Core, Problem } from '../model.ts';
import { counted, day, moment } from '../words.ts';
import { badge, command } from './bits.ts';

/** Cells of a fault that are named; all of them are in the matrix, and in the command. */
const NAMED = 10;

/** What broke, each fault once: since when, in which cells, on what it rests, and what to type. */
export function problems(core: Core): Markup {
  if (core.problems.length === 0) return html`<p class="quiet">No fault was seen in this run.</p>`;
  return html`<ol class="problems">${core.problems.map((each, index) => problem(each, index, core))}</ol>`;
}

function problem(each: Problem, index: number, core: Core): Markup {
  const { verdict, title, code, check, lines, hint, cells, fresh, standIns, rerun, where } = each;
  const number = counted(cells.length, 'cell');
  const isNew = fresh > 0 && core.runs.length > 1;
  return html`<li class="problem" id="problem-${index}" data-problem="${index}">
<h3>${badge(verdict, standIns === cells.length)}${isNew && html` <span class="fresh">${fresh === cells.length ? 'new' : `new in ${fresh}`}</span>`} ${title}</h3>
<p class="meta"><span><b>${number}</b>${where && `: ${where}`}${
    standIns > 0 && html`, ${standIns === cells.length ? 'all' : standIns} <span class="hatch">stand-in</span>`
  }</span> <span>${since(each, core)}</span> <span>in “${check}”</span> <span><code>${code}</code></span></p>
${lines.length > 0 && html`<pre class="evidence">${lines.map((line) => html`<span title="${line}">${line}\n</span>`)}</pre>`}
${changed(each, isNew)}
${hint && html`<p class="hint">Next: ${hint}</p>`}
${each.command && command(each.command)}
${command(rerun, `Copy the command that runs ${number} again`)}
<div class="cells">${cells.slice(0, NAMED).map((cell) => link(cell, core))}${
    cells.length > NAMED &&
    html`<details><summary>and ${cells.length - NAMED} more</summary>${cells.slice(NAMED, MOST).map((cell) => link(cell, core))}</details>`
  }</div>
</li>`;
}

/** Links to this many cells of a fault are in the page; who has more looks at the matrix. */
const MOST = 200;

function link(cell: number, core: Core): Markup | undefined {
  const brief = core.cells[cell];
  return brief && html`<a href="#cell/${brief.id}"${brief.standIn && html` class="h"`}>${brief.id}</a> `;
}

/** Of what is new, that nothing changed is worth as much as what did: then it is chance, or the host. */
function changed({ verdict, changes, cells }: Problem, isNew: boolean): Markup | undefined {
  if (verdict === 'flaky' || verdict === 'known') return undefined;
  if (changes.length === 0)
    return isNew
      ? html`<p class="quiet">Nothing on record changed since it was good: the same image, kernel and archive.</p>`
      : undefined;
  return html`<dl class="changes"><dt>Changed since last good</dt>${changes.map(
    ({ name, before, after, cells: number }) =>
      html`<dd><b>${name}</b> ${before !== undefined && html`<del>${before}</del> → `}<ins>${after ?? 'unknown'}</ins>${
        number < cells.length && html` <small>in ${number} of ${cells.length}</small>`
      }</dd>`,
  )}</dl>`;
}

/** `since Fri 27 Nov (3 runs)`; of what is flaky or new, that it is of this run. */
function since({ verdict, since: index, fresh }: Problem, { runs }: Core): Markup | string {
  const last = runs.length - 1;
  if (verdict === 'flaky') return 'passed when it was tried again';
  if (index >= last) return fresh > 0 && runs.length > 1 ? 'since this run' : 'in this run';
  const first = runs[index];
  return html`since <time title="${moment(first?.startedAt ?? 0)} UTC, run ${first?.run}">${day(first?.startedAt ?? 0)}</time> (${last - index + 1} runs)`;
}
