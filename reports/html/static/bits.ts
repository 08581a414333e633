import { html, type Markup } from '../markup.ts';
import { VERDICTS, type Verdict } from '../words.ts';

/** A verdict as it is always written: a glyph, a word, and a colour that comes last. */
export function badge(verdict: Verdict, standIn = false): Markup {
  const { glyph, letter } = VERDICTS[verdict];
  return html`<span class="badge ${letter}${standIn ? ' h' : ''}"><i aria-hidden="true">${glyph}</i> ${verdict}${
    standIn ? ' (stand-in)' : ''
  }</span>`;
}

/** A line to type, with a button that copies it, which the script puts to work. */
export function command(text: string, label = 'Copy the command'): Markup {
  return html`<div class="command"><pre tabindex="0"><code>${text}</code></pre><button type="button" class="copy scripted" data-copy aria-label="${label}">copy</button></div>`;
}
