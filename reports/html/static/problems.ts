import { html, type Markup } from '../markup.ts';
import type { Core, Problem } from '../model.ts';
import { counted, day, moment } from '../words.ts';
import { badge, command } from './bits.ts';

/** Cells of a fault that are named; all of them are in the matrix, and in the command. */
const NAMED = 24;

/** What broke, each fault once: since when, in which cells, on what it rests, and what to type. */
export function problems(core: Core): Markup {
  if (core.problems.length === 0) return html`<p class="quiet">No fault was seen in this run.</p>`;
  return html`<ol class="problems">${core.problems.map((each, index) => problem(each, index, core))}</ol>`;
}

function problem(each: Problem, index: number, core: Core): Markup {
  const { verdict, title, code, check, lines, hint, cells, fresh, standIns, rerun, changes } = each;
  const more = cells.length - NAMED;
  return html`<li class="problem" id="problem-${index}" data-problem="${index}">
<h3>${badge(verdict, standIns === cells.length)}${fresh > 0 && core.runs.length > 1 && html` <span class="fresh">${fresh === cells.length ? 'new' : `new in ${fresh}`}</span>`} ${title}</h3>
<p class="meta"><span><b>${counted(cells.length, 'cell')}</b>${
    standIns > 0 && html`, ${standIns === cells.length ? 'all' : standIns} <span class="hatch">stand-in</span>`
  }</span> <span>${since(each, core)}</span> <span>in “${check}”</span> <span><code>${code}</code></span></p>
${lines.length > 0 && html`<pre class="evidence">${lines.join('\n')}</pre>`}
${
  changes.length > 0 &&
  html`<dl class="changes"><dt>Changed since last good</dt>${changes.map(
    ({ name, before, after, cells: number }) =>
      html`<dd><b>${name}</b> ${before !== undefined && html`<del>${before}</del> → `}<ins>${after ?? 'unknown'}</ins>${
        number < cells.length && html` <small>in ${number} of ${cells.length}</small>`
      }</dd>`,
  )}</dl>`
}
${hint && html`<p class="hint">Next: ${hint}</p>`}
${each.command && command(each.command)}
${command(rerun, `Copy the command that runs ${counted(cells.length, 'cell')} again`)}
<p class="cells">${cells.slice(0, NAMED).flatMap((cell) => {
    const brief = core.cells[cell];
    return brief ? html`<a href="#cell/${brief.id}"${brief.standIn && html` class="h"`}>${brief.id}</a> ` : [];
  })}${more > 0 && html`<span class="quiet">and ${more} more</span>`}</p>
</li>`;
}

/** `since Fri 27 Nov (3 runs)`; of what is flaky or new, that it is of this run. */
function since({ verdict, since: index, fresh }: Problem, { runs }: Core): Markup | string {
  const last = runs.length - 1;
  if (verdict === 'flaky') return 'passed when it was tried again';
  if (index >= last) return fresh > 0 && runs.length > 1 ? 'since this run' : 'in this run';
  const first = runs[index];
  return html`since <time title="${moment(first?.startedAt ?? 0)} UTC, run ${first?.run}">${day(first?.startedAt ?? 0)}</time> (${last - index + 1} runs)`;
}
