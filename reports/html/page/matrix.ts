import type { CellBrief } from '../model.ts';
import { brief, core } from './data.ts';
import { byId, place } from './dom.ts';
import { record } from './record.ts';

/** The boxes of the matrix by the index of their cell. */
const boxes: HTMLAnchorElement[] = [];
const filters = new Set<string>();
let current = 0;

/** Puts the table to work: one stop for the Tab key, the arrows inside of it, filters, and other meanings of its colours. */
export function startMatrix(): void {
  const table = byId('matrix');
  for (const box of table.querySelectorAll<HTMLAnchorElement>('a.c')) {
    boxes[Number(box.dataset.i)] = box;
  }
  select(core.problems[0]?.cells[0] ?? 0);
  table.addEventListener('focusin', (event) => {
    const index = Number((event.target as HTMLElement).dataset.i);
    if (!Number.isNaN(index)) select(index);
  });
  table.addEventListener('pointerover', (event) => {
    const box = event.target instanceof Element ? event.target.closest<HTMLElement>('a.c') : null;
    if (box) box.title = box.getAttribute('aria-label') ?? '';
  });
  table.addEventListener('keydown', (event) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    move(...step);
  });
  byId<HTMLInputElement>('filter').addEventListener('input', applyFilters);
  for (const item of document.querySelectorAll<HTMLElement>('[data-problem]')) {
    for (const on of ['pointerenter', 'focusin']) item.addEventListener(on, () => pointAt(item));
    for (const off of ['pointerleave', 'focusout']) item.addEventListener(off, () => pointAt(null));
  }
  for (const chip of document.querySelectorAll<HTMLElement>('[data-filter]')) {
    chip.addEventListener('click', () => {
      const name = chip.dataset.filter ?? '';
      const on = !filters.delete(name);
      if (on) filters.add(name);
      chip.setAttribute('aria-pressed', String(on));
      applyFilters();
    });
  }
  byId<HTMLSelectElement>('colour').addEventListener('change', (event) =>
    colourBy((event.target as HTMLSelectElement).value as Meaning),
  );
}

/** Shows which cells of the matrix have the fault that the pointer or the focus is on. */
function pointAt(item: HTMLElement | null): void {
  for (const box of document.querySelectorAll('.pointed')) box.classList.remove('pointed');
  for (const cell of core.problems[Number(item?.dataset.problem)]?.cells ?? []) boxes[cell]?.classList.add('pointed');
  byId('matrix').classList.toggle('pointing', item !== null);
}

const STEPS: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function select(index: number): void {
  const [before, now] = [boxes[current], boxes[index]];
  if (before) before.tabIndex = -1;
  if (now) now.tabIndex = 0;
  current = index;
}

export const focusMatrix = (index = current) => {
  select(index);
  boxes[index]?.focus();
};

/** To the next box in that direction which is not filtered away. */
function move(down: number, right: number): void {
  let spot: Element | null | undefined = boxes[current]?.closest('td');
  for (;;) {
    spot = right ? sideways(spot, right) : vertically(spot as HTMLTableCellElement, down);
    if (!spot) return;
    const box = spot.querySelector<HTMLElement>('a.c:not(.off)');
    if (box) {
      box.focus();
      return;
    }
  }
}

const sideways = (spot: Element | null | undefined, right: number) => {
  const next = right > 0 ? spot?.nextElementSibling : spot?.previousElementSibling;
  return next?.localName === 'td' ? next : undefined;
};

function vertically(spot: HTMLTableCellElement, down: number): Element | undefined {
  let row: Element | null | undefined = spot.parentElement;
  do row = down > 0 ? row?.nextElementSibling : row?.previousElementSibling;
  while (row instanceof HTMLElement && row.hidden);
  return row?.children[spot.cellIndex];
}

const wordsOf = (cell: CellBrief): string =>
  [
    cell.id,
    cell.verdict,
    cell.change,
    cell.standIn && 'stand-in',
    cell.problem !== undefined && `${core.problems[cell.problem]?.title} ${core.problems[cell.problem]?.code}`,
  ]
    .join(' ')
    .toLowerCase();
const haystack: string[] = [];

/** Whether a cell is to be shown: the chips that are pressed add up, the words must all be there. */
export function filter(): (index: number) => boolean {
  const words = byId<HTMLInputElement>('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
  return (index) => {
    const cell = brief(index);
    if (filters.size > 0 && !filters.has(cell.verdict) && !filters.has(cell.change ?? '')) return false;
    if (words.length === 0) return true;
    haystack[index] ??= wordsOf(cell);
    return words.every((word) => haystack[index]?.includes(word));
  };
}

export const filterChanges = new EventTarget();

function applyFilters(): void {
  const shown = new Set<number>();
  const matches = filter();
  for (const index of boxes.keys()) {
    const on = matches(index);
    if (on) shown.add(index);
    boxes[index]?.classList.toggle('off', !on);
  }
  const all = shown.size === boxes.length;
  for (const row of byId('matrix').querySelectorAll<HTMLTableRowElement>('tbody tr')) {
    row.hidden = !all && !row.querySelector('a.c:not(.off)');
  }
  for (const item of document.querySelectorAll<HTMLElement>('[data-problem]')) {
    const problem = core.problems[Number(item.dataset.problem)];
    item.hidden = !all && !problem?.cells.some((cell) => shown.has(cell));
  }
  byId('shown').textContent = all ? '' : `${shown.size} of ${boxes.length} cells`;
  if (!shown.has(current)) select([...shown][0] ?? current);
  filterChanges.dispatchEvent(new Event('change'));
}

/** The first cell that is not filtered away. */
export function firstShown(): number {
  const matches = filter();
  return boxes.findIndex((_, index) => matches(index));
}

export function clearFilters(): void {
  filters.clear();
  byId<HTMLInputElement>('filter').value = '';
  for (const chip of document.querySelectorAll('[data-filter]')) chip.setAttribute('aria-pressed', 'false');
  applyFilters();
}

type Meaning = 'verdict' | 'pace' | 'rate';

/** Heat from 0 to 1, and the number that stands in the box. */
const MEANINGS: Readonly<
  Record<Exclude<Meaning, 'verdict'>, (cell: CellBrief) => [heat: number, text: string] | undefined>
> = {
  pace: ({ seconds, usual, verdict }) => {
    if (!usual || (verdict !== 'passed' && verdict !== 'flaky')) return undefined;
    const more = Math.round((seconds / usual - 1) * 100);
    return [Math.min(1, Math.max(0, more / 50)), `${more > 0 ? '+' : ''}${more}%`];
  },
  rate: (cell) => {
    const { judged, passed } = record(cell);
    return judged === 0 ? undefined : [1 - passed / judged, `${Math.floor((passed / judged) * 100)}%`];
  },
};

const plainText: string[] = [];

function colourBy(meaning: Meaning): void {
  byId('matrix').dataset.meaning = meaning;
  for (const [index, box] of boxes.entries()) {
    const small = box.querySelector('small');
    if (!small) continue;
    plainText[index] ??= small.textContent;
    const value = meaning === 'verdict' ? undefined : MEANINGS[meaning](brief(index));
    small.textContent = value ? value[1] : meaning === 'verdict' ? plainText[index] : '';
    box.classList.toggle('unknown', meaning !== 'verdict' && !value);
    place(box, { '--heat': value ? value[0].toFixed(2) : '0' });
  }
}
