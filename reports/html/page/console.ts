import type { ConsoleView, Excerpt } from '../model.ts';
import { size } from '../words.ts';
import { coloured } from './ansi.ts';
import { h, say } from './dom.ts';
import { find, type Hit, highlight } from './search.ts';

/** Lines that are laid out together when they come into sight. */
const PAGE = 200;

/** A console with its colours, and a search. `findings` are the numbers of lines that the diagnosis rests on. */
export function consoleView({ file, totalLines, excerpts }: ConsoleView, findings: readonly number[]): HTMLElement {
  const texts: HTMLElement[] = [];
  const numbers: number[] = [];
  const marked = new Set(findings);
  const screen = h('div', { class: 'console', tabindex: 0, role: 'region', 'aria-label': 'Console' });
  let next = 1;
  for (const excerpt of excerpts) {
    const gap = (excerpt.numbers[0] ?? next) - next;
    if (gap > 1 || (gap > 0 && excerpt !== excerpts[0])) screen.append(cut(gap));
    for (const page of pagesOf(excerpt, marked, texts, numbers)) screen.append(page);
    next = (excerpt.numbers.at(-1) ?? next) + 1;
  }

  let hits: Hit[] = [];
  let at = 0;
  const status = h('output', { class: 'quiet' });
  const input = h('input', {
    type: 'search',
    placeholder: 'Search the console',
    'aria-label': 'Search the console',
    class: 'console-search',
    spellcheck: 'false',
    oninput: () => {
      hits = find(texts, input.value);
      at = Math.max(
        0,
        hits.findIndex(
          ({ line }) => (texts[line]?.getBoundingClientRect().bottom ?? 0) > screen.getBoundingClientRect().top,
        ),
      );
      show();
    },
    onkeydown: (event) => {
      const { key, shiftKey } = event as KeyboardEvent;
      if (key === 'Enter') step(shiftKey ? -1 : 1);
      if (key === 'Escape' && input.value !== '') {
        event.stopPropagation();
        input.value = '';
        hits = [];
        show();
      }
    },
  });
  function show(): void {
    const hit = hits[at];
    highlight(hits, hit);
    status.textContent = input.value === '' ? '' : hit ? `${at + 1} of ${hits.length}` : 'not found';
    if (hit) reveal(screen, texts[hit.line]);
  }
  function step(by: number): void {
    if (hits.length === 0) return;
    at = (at + by + hits.length) % hits.length;
    show();
  }
  const jump = () => {
    const index = numbers.findIndex((number) => marked.has(number));
    if (index < 0) return say('the lines that it rests on are cut away here');
    reveal(screen, texts[index]);
  };
  const wrap = h('input', { type: 'checkbox', onchange: () => screen.classList.toggle('wrap', wrap.checked) });
  const shownLines = excerpts.reduce((sum, { lines }) => sum + lines.length, 0);
  const isCut = (excerpts[0]?.numbers[0] ?? 1) > 1 || excerpts.length > 1;
  // It ends in what went wrong, most often.
  requestAnimationFrame(() => {
    if (findings.length > 0) jump();
    else screen.scrollTop = screen.scrollHeight;
  });
  return h(
    'div',
    {},
    h(
      'div',
      { class: 'bar console-bar' },
      input,
      h('button', { type: 'button', 'aria-label': 'Previous hit', onclick: () => step(-1) }, '↑'),
      h('button', { type: 'button', 'aria-label': 'Next hit', onclick: () => step(1) }, '↓'),
      status,
      findings.length > 0 && h('button', { type: 'button', onclick: jump }, 'what it rests on'),
      h('label', {}, wrap, ' wrap'),
      h(
        'span',
        { class: 'quiet' },
        isCut ? `cut: ${shownLines} of ${totalLines} lines; all in ` : `${totalLines} lines; `,
      ),
      file.href === undefined
        ? h('code', {}, file.path)
        : h(
            'a',
            { href: file.href },
            `${file.href.split('/').at(-1)}${file.bytes === undefined ? '' : ` (${size(file.bytes)})`}`,
          ),
    ),
    screen,
  );
}

function* pagesOf(
  { numbers, lines }: Excerpt,
  marked: ReadonlySet<number>,
  texts: HTMLElement[],
  all: number[],
): Generator<HTMLElement> {
  const contents = coloured(lines);
  for (let from = 0; from < lines.length; from += PAGE) {
    const page = h('div', { class: 'page' });
    for (let index = from; index < Math.min(from + PAGE, lines.length); index++) {
      const number = numbers[index] ?? 0;
      const text = h('span', { class: 'text' }, contents[index]);
      texts.push(text);
      all.push(number);
      page.append(h('div', { class: marked.has(number) ? 'line finding' : 'line', 'data-n': number }, text));
    }
    page.style.containIntrinsicBlockSize = `auto ${page.children.length * 1.45}em`;
    yield page;
  }
}

const cut = (lines: number) => h('p', { class: 'cut' }, `… ${lines} lines are not in this page …`);

function reveal(screen: HTMLElement, text: HTMLElement | undefined): void {
  if (!text) return;
  const line = text.getBoundingClientRect();
  const frame = screen.getBoundingClientRect();
  if (line.top < frame.top || line.bottom > frame.bottom) screen.scrollTop += line.top - frame.top - frame.height / 3;
}
