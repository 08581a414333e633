import { indexOf } from './data.ts';
import { byId } from './dom.ts';

export type View = 'overview' | 'schedule' | 'history' | 'run' | 'cell';
const VIEWS: readonly View[] = ['overview', 'schedule', 'history', 'run', 'cell'];

type Show = Partial<Record<View, (cell: number) => void>>;

let here: View = 'overview';
export const currentView = (): View => here;
/** Where each view was scrolled to when it was left. */
const scrolled = new Map<View, number>();

/** Follows the address: `#schedule`, `#cell/debian13-x86_64-xfs`. So any view can be linked to, and Back goes back. */
export function startRouter(show: Show): void {
  const follow = () => {
    const [name = '', id = ''] = location.hash.slice(1).split('/');
    const cell = name === 'cell' ? indexOf(id) : -1;
    const wanted = VIEWS.find((each) => each === name) ?? 'overview';
    const view = wanted === 'cell' && cell < 0 ? 'overview' : wanted;
    if (view !== here) scrolled.set(here, scrollY);
    here = view;
    for (const each of VIEWS) byId(`view-${each}`).hidden = each !== view;
    for (const link of document.querySelectorAll('nav a')) {
      if (link.getAttribute('href') === `#${view}`) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    show[view]?.(cell);
    scrollTo(0, view === 'cell' ? 0 : (scrolled.get(view) ?? 0));
  };
  addEventListener('hashchange', follow);
  follow();
}

export const go = (hash: string) => {
  location.hash = hash;
};
