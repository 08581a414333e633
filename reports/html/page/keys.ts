import { copy } from './bits.ts';
import { shownCell, troubledFrom } from './cell.ts';
import { brief, detail } from './data.ts';
import { byId, fill, h } from './dom.ts';
import { clearFilters, firstShown, focusMatrix } from './matrix.ts';
import { currentView, go } from './router.ts';
import { nextTheme } from './theme.ts';

interface Key {
  readonly keys: readonly string[];
  /** What it is called in the list, where that is not the keys themselves. */
  readonly shown?: string;
  readonly does: string;
  readonly run?: () => void;
}

const toTroubled = (step: number) => {
  const next = troubledFrom(currentView() === 'cell' ? shownCell() : -1, step);
  if (next !== undefined) go(`#cell/${brief(next).id}`);
};

/** All keys of the page, and the list of them. */
const KEYS: readonly Key[] = [
  { keys: ['?'], does: 'this list', run: () => openHelp() },
  { keys: ['/'], does: 'search: cells, or the console of an open cell', run: () => focusSearch() },
  { keys: ['m'], does: 'to the matrix', run: () => toMatrix() },
  { keys: [], shown: '← ↑ ↓ →', does: 'in the matrix and the schedule: to the next cell' },
  { keys: [], shown: 'Enter', does: 'open the cell; in the filter, the first one found; in a search, the next hit' },
  { keys: ['n'], does: 'next cell that did not pass', run: () => toTroubled(1) },
  { keys: ['p'], does: 'previous cell that did not pass', run: () => toTroubled(-1) },
  { keys: ['c'], does: 'copy the command that runs the open cell again', run: () => void copyRerun() },
  { keys: ['Escape'], shown: 'Esc', does: 'back to the matrix; in the filter, show all', run: () => back() },
  { keys: ['1'], does: 'overview', run: () => go('#overview') },
  { keys: ['2'], does: 'schedule', run: () => go('#schedule') },
  { keys: ['3'], does: 'history', run: () => go('#history') },
  { keys: ['4'], does: 'the run', run: () => go('#run') },
  { keys: ['t'], does: 'theme: as the system has it, light, dark', run: nextTheme },
];

export function startKeys(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || byId<HTMLDialogElement>('keys').open) return;
    if (event.target instanceof HTMLInputElement && event.target.type === 'search')
      return inSearch(event, event.target);
    if (event.target instanceof HTMLSelectElement) return;
    const found = KEYS.find(({ keys, run }) => run && keys.includes(event.key));
    if (!found) return;
    event.preventDefault();
    found.run?.();
  });
  byId('help').addEventListener('click', openHelp);
}

function inSearch(event: KeyboardEvent, input: HTMLInputElement): void {
  if (input.id !== 'filter') {
    if (event.key === 'Escape') input.blur();
    return;
  }
  if (event.key === 'Escape') {
    clearFilters();
    input.blur();
  } else if (event.key === 'Enter') {
    const first = firstShown();
    if (first >= 0) go(`#cell/${brief(first).id}`);
  } else if (event.key === 'ArrowDown' && currentView() === 'overview') {
    event.preventDefault();
    focusMatrix();
  }
}

function openHelp(): void {
  const dialog = byId<HTMLDialogElement>('keys');
  const close = h('button', { type: 'button', onclick: () => dialog.close() }, 'Close');
  const rows = KEYS.map(({ keys, shown, does }) =>
    h('tr', {}, h('td', {}, h('kbd', {}, shown ?? keys.join(' '))), h('td', {}, does)),
  );
  fill(dialog, h('h2', { id: 'keys-title' }, 'Keys'), h('table', {}, h('tbody', {}, rows)), close);
  dialog.showModal();
}

function focusSearch(): void {
  const own = currentView() === 'cell' ? document.querySelector<HTMLInputElement>('.console-search') : undefined;
  const input = own ?? byId<HTMLInputElement>('filter');
  input.focus();
  input.select();
}

function toMatrix(): void {
  const from = shownCell();
  if (currentView() !== 'overview') go('#overview');
  // The view is shown when the address has changed.
  setTimeout(() => (from >= 0 ? focusMatrix(from) : focusMatrix()));
}

function back(): void {
  if (currentView() === 'overview') clearFilters();
  else toMatrix();
}

async function copyRerun(): Promise<void> {
  const index = shownCell();
  if (currentView() !== 'cell' || index < 0) return;
  const { rerun } = await detail(index);
  if (rerun) await copy(rerun);
}
