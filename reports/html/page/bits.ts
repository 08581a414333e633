import { readLetter, VERDICTS, type Verdict } from '../words.ts';
import { h, say } from './dom.ts';

/** As static/bits.ts writes it. */
export function badge(verdict: Verdict, standIn = false): HTMLElement {
  const { glyph, letter } = VERDICTS[verdict];
  const word = `${verdict}${standIn ? ' (stand-in)' : ''}`;
  return h(
    'span',
    { class: `badge ${letter}${standIn ? ' h' : ''}` },
    h('i', { 'aria-hidden': 'true' }, glyph),
    ` ${word}`,
  );
}

export const glyphOf = (verdict: Verdict): HTMLElement =>
  h('i', { class: `glyph ${VERDICTS[verdict].letter}`, 'aria-hidden': 'true' }, VERDICTS[verdict].glyph);

export function command(text: string, label: string): HTMLElement {
  return h(
    'div',
    { class: 'command' },
    h('pre', { tabindex: 0 }, h('code', {}, text)),
    h('button', { type: 'button', class: 'copy', 'data-copy': true, 'aria-label': label }, 'copy'),
  );
}

/** A cell's last runs, a mark each: the newest stands at the right. */
export function pastStrip(past: string, limit = 60): HTMLElement {
  const shown = past.slice(-limit);
  const counts = new Map<string, number>();
  const marks = [...shown].map((letter) => {
    const said = readLetter(letter);
    if (!said) return h('i', { class: 'none' });
    counts.set(said.verdict, (counts.get(said.verdict) ?? 0) + 1);
    const { glyph, letter: name } = VERDICTS[said.verdict];
    return h('i', { class: `${name}${said.standIn ? ' h' : ''}` }, said.verdict === 'passed' ? '' : glyph);
  });
  const words = [...counts].map(([verdict, number]) => `${number} ${verdict}`).join(', ');
  return h('span', { class: 'past', role: 'img', 'aria-label': `last ${shown.length} runs: ${words}` }, marks);
}

/** Any button with `data-copy` copies the text of the command that it stands beside. */
export function listenForCopies(): void {
  document.addEventListener('click', (event) => {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-copy]') : null;
    if (button) void copy(button.parentElement?.querySelector('code')?.textContent ?? '');
  });
}

export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copyByHand(text);
  }
  say('copied');
}

/** For pages that a browser does not take for secure, such as those of a plain HTTP artefact server. */
function copyByHand(text: string): void {
  const area = h('textarea', { class: 'unseen' });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
