/** Highlighted at most; all are counted. */
const MOST = 5000;

export interface Hit {
  readonly line: number;
  readonly range?: Range;
}

/** Where a text stands in the lines, without regard to case. */
export function find(lines: readonly HTMLElement[], text: string): Hit[] {
  const wanted = text.toLowerCase();
  const hits: Hit[] = [];
  if (wanted === '') return hits;
  for (const [line, element] of lines.entries()) {
    const content = element.textContent.toLowerCase();
    for (let at = content.indexOf(wanted); at >= 0; at = content.indexOf(wanted, at + wanted.length)) {
      hits.push(hits.length < MOST ? { line, range: rangeOf(element, at, at + wanted.length) } : { line });
    }
  }
  return hits;
}

/** Letters of a line as a range, whatever spans they are in. */
function rangeOf(element: HTMLElement, from: number, to: number): Range {
  const range = new Range();
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let before = 0;
  let begun = false;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.textContent?.length ?? 0;
    if (!begun && from < before + length) {
      range.setStart(node, from - before);
      begun = true;
    }
    if (begun && to <= before + length) {
      range.setEnd(node, to - before);
      break;
    }
    before += length;
  }
  return range;
}

/** Marks them without touching the document: `::highlight(found)` and `::highlight(here)` in the stylesheet. */
export function highlight(hits: readonly Hit[], here: Hit | undefined): void {
  if (!('highlights' in CSS)) return;
  CSS.highlights.set('found', new Highlight(...hits.flatMap(({ range }) => range ?? [])));
  const now = new Highlight(...(here?.range ? [here.range] : []));
  now.priority = 1;
  CSS.highlights.set('here', now);
}
