import { html, type Markup } from '../markup.ts';
import type { Core } from '../model.ts';
import { ORDER, STAND_IN, VERDICTS } from '../words.ts';
import { headline } from './headline.ts';
import { matrix } from './matrix.ts';
import { problems } from './problems.ts';
import { runFacts } from './run-facts.ts';

/** What there is without the script: the first glance and the matrix. The other views are empty until the script fills them. */
export function frame(core: Core): Markup {
  return html`<a class="skip" href="#overview">Skip to what broke</a>
<header class="top">
<a class="brand" href="#overview">stub-matrix</a>
<nav class="scripted" aria-label="Views"><a href="#overview">Overview</a><a href="#schedule">Schedule</a><a href="#history">History</a><a href="#run">Run</a></nav>
<div class="tools scripted">
<input id="filter" type="search" placeholder="Filter cells" aria-label="Filter cells: distribution, architecture, filesystem, verdict or fault" autocomplete="off" spellcheck="false">
<button type="button" id="theme" aria-label="Theme: as the system has it" title="Theme (t)">◐</button>
<button type="button" id="help" aria-label="Keys" title="Keys (?)">?</button>
</div>
</header>
<main>
<div class="view" id="view-overview">
${headline(core)}
<div class="columns">
<section class="broke" aria-labelledby="broke"><h2 id="broke">What broke</h2>
${problems(core)}
</section>
<section class="all" aria-labelledby="all"><div class="bar"><h2 id="all">The matrix</h2>
<label class="scripted">Colour by <select id="colour"><option value="verdict">verdict</option><option value="pace">duration against its usual</option><option value="rate">pass rate of its last runs</option></select></label>
<span id="shown" class="quiet" role="status"></span></div>
${matrix(core)}
${legend()}
</section>
</div>
</div>
<div class="view" id="view-schedule" hidden></div>
<div class="view" id="view-history" hidden></div>
<div class="view" id="view-run">
${runFacts(core)}
</div>
<div class="view" id="view-cell" hidden></div>
</main>
<dialog id="keys" aria-labelledby="keys-title"></dialog>
<div id="said" role="status" aria-live="polite"></div>`;
}

function legend(): Markup {
  return html`<ul class="legend" aria-label="Legend">${ORDER.map((verdict) => {
    const { glyph, letter, meaning } = VERDICTS[verdict];
    return html`<li><span class="c ${letter}"><i aria-hidden="true">${glyph}</i></span> ${verdict}: ${meaning}</li>`;
  })}<li><span class="c p h"><i aria-hidden="true">✓</i></span> hatched: ${STAND_IN}</li></ul>`;
}
