import Anser, { type AnserJsonEntry } from 'anser';
import { h } from './dom.ts';

/** Lines with escape sequences of colours → for each line its spans. A colour goes on until it is changed, over lines too. */
export function coloured(lines: readonly string[]): DocumentFragment[] {
  const out: DocumentFragment[] = [];
  let line = new DocumentFragment();
  for (const chunk of Anser.ansiToJson(lines.join('\n'), { json: true, use_classes: true, remove_empty: true })) {
    for (const [index, text] of chunk.content.split('\n').entries()) {
      if (index > 0) {
        out.push(line);
        line = new DocumentFragment();
      }
      if (text !== '') line.append(span(chunk, text));
    }
  }
  out.push(line);
  return out;
}

function span(chunk: AnserJsonEntry, text: string): Node {
  const { fg, bg, decorations } = chunk;
  if (!fg && !bg && decorations.length === 0) return new Text(text);
  const names = [fg, bg && `on-${bg}`, ...decorations].filter((name) => name && !/palette|truecolor/.test(name));
  const element = h('span', names.length > 0 ? { class: names.join(' ') } : {}, text);
  const ink = rgb(fg, chunk.fg_truecolor);
  const ground = rgb(bg, chunk.bg_truecolor);
  if (ink) element.style.color = ink;
  if (ground) element.style.backgroundColor = ground;
  return element;
}

/** Of the 240 colours behind the sixteen, and of true colours; the sixteen are in the stylesheet. */
function rgb(name: string | null, exact: string | null): string | undefined {
  if (name === 'ansi-truecolor' && exact) return `rgb(${exact})`;
  const index = Number(/^ansi-palette-(\d+)$/.exec(name ?? '')?.[1] ?? Number.NaN);
  if (Number.isNaN(index)) return undefined;
  if (index >= 232) return `rgb(${Array(3).fill((index - 232) * 10 + 8)})`;
  const level = (step: number) => (step === 0 ? 0 : step * 40 + 55);
  const cube = index - 16;
  return `rgb(${[Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6].map(level)})`;
}
