import { clock } from '../../clock.ts';
import { html, type Markup, raw } from '../markup.ts';
import type { CellBrief, Core } from '../model.ts';
import { STAND_IN, VERDICTS } from '../words.ts';

/** Pixels: of a column, of the space before an architecture, and of a letter of a heading. A table whose widths are given is laid out at once. */
const BOX = 49;
const EDGE = 8;
const LETTER = 7.3;

/** Distributions down, architectures and their filesystems across: a table, so that a screen reader knows each cell's place. */
export function matrix({ axes, cells }: Core): Markup {
  const { distros, arches, fss } = axes;
  const width = arches.length * fss.length;
  const grid = new Map(
    cells.map((cell, index) => [(cell.at[0] * arches.length + cell.at[1]) * fss.length + cell.at[2], index]),
  );
  const row = (distro: string, place: number) => {
    const columns = Array.from({ length: width }, (_, column) => {
      const index = grid.get(place * width + column);
      const cell = index === undefined ? undefined : cells[index];
      const edge = column % fss.length === 0 ? ' class="edge"' : '';
      return cell ? `<td${edge}>${box(cell, index ?? 0)}</td>` : `<td${edge}></td>`;
    });
    return html`<tr><th scope="row">${distro}</th>${raw(columns.join(''))}</tr>\n`;
  };
  const heading = Math.max(12, ...distros.map(({ length }) => length)) * LETTER + 12;
  const columns = Array.from({ length: width }, (_, column) => (column % fss.length === 0 ? BOX + EDGE : BOX));
  const whole = columns.reduce((sum, each) => sum + each, heading);
  return html`<div class="scroll" tabindex="-1"><table class="matrix fixed" id="matrix" width="${whole}" aria-label="The matrix: distributions by architectures and filesystems">
<colgroup><col width="${heading}">${columns.map((each) => html`<col width="${each}">`)}</colgroup>
<thead><tr><th rowspan="2" scope="col">distribution</th>${arches.map(
    (arch) => html`<th class="edge" colspan="${fss.length}" scope="colgroup">${arch}</th>`,
  )}</tr>
<tr>${arches.map(() => fss.map((fs, index) => html`<th scope="col"${index === 0 && html` class="edge"`}>${fs}</th>`))}</tr></thead>
<tbody>
${distros.map(row)}</tbody></table></div>`;
}

/** Ten thousand of these may stand in a page: as few letters as it takes. Names of cells are those of matrix.yaml, so no markup. */
function box(cell: CellBrief, index: number): string {
  const { id, verdict, standIn, change } = cell;
  const { glyph, letter } = VERDICTS[verdict];
  const classes = `c ${letter}${standIn ? ' h' : ''}${change === 'new' || change === 'first' ? ' n' : ''}`;
  const { markup } =
    html`<a class="${classes}" href="#cell/${id}" tabindex="-1" data-i="${index}" aria-label="${spoken(cell)}"><i>${glyph}</i><small>${short(cell)}</small></a>`;
  return markup;
}

/** What fits into a box beside the glyph. */
export function short({ verdict, change, times, seconds }: CellBrief): string {
  if (verdict === 'skipped') return '';
  if (change === 'new') return 'new';
  if (change === 'still') return `${times}×`;
  return clock(seconds).replace(/^0(?=\d:)/, '');
}

/** The whole of it in words. */
export function spoken({ id, verdict, standIn, change, times, seconds }: CellBrief): string {
  const words = [
    `${id}: ${verdict}`,
    standIn && STAND_IN,
    change === 'still' ? `for ${times} runs` : change === 'first' ? 'never judged before' : change,
    verdict !== 'skipped' && clock(seconds),
  ];
  return words.filter((each) => each).join(', ');
}
