import { html, type Markup } from '../markup.ts';
import type { Core } from '../model.ts';

/** What holds for the whole run: who ran it, with what, and what it has to say that is no verdict. */
export function runFacts({ run, properties, notes, packages, mirrors, cells }: Core): Markup {
  const rows = Object.entries(properties);
  const standIns = cells.filter(({ standIn }) => standIn).length;
  return html`<section aria-labelledby="facts"><h2 id="facts">The run</h2>
<dl class="facts"><dt>run</dt><dd>${run}</dd>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}
${packages !== undefined && html`<dt>packages</dt><dd>${packages}</dd>`}
${mirrors.map((line) => html`<dt>mirror</dt><dd>${line}</dd>`)}
${standIns > 0 && html`<dt>stand-ins</dt><dd>${standIns} of ${cells.length} cells were installed from a stand-in: they prove the installers and the checks, never the distributions</dd>`}
</dl>
${notes.length > 0 && html`<h2>Notes</h2><ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
<p class="quiet">Beside this page: <a href="junit.xml">junit.xml</a>, <a href="events.ndjson">events.ndjson</a>.</p>
</section>`;
}
