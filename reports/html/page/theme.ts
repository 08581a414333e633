import { byId, h } from './dom.ts';

const KEY = 'stub-matrix-theme';
const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];
const SIGNS: Readonly<Record<Theme, string>> = { auto: '◐', light: '○', dark: '●' };
const WORDS: Readonly<Record<Theme, string>> = { auto: 'as the system has it', light: 'light', dark: 'dark' };

/** Told when colours become others: what is drawn on a canvas has to be drawn anew. */
export const themeChanges = new EventTarget();

let theme: Theme = 'auto';

export function startTheme(): void {
  const kept = read();
  apply(THEMES.find((each) => each === kept) ?? 'auto');
  byId('theme').addEventListener('click', nextTheme);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell);
}

export function nextTheme(): void {
  apply(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto');
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A page of which the browser keeps nothing.
  }
}

function apply(next: Theme): void {
  theme = next;
  if (theme === 'auto') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.dataset.theme = theme;
  const button = byId('theme');
  button.textContent = SIGNS[theme];
  button.setAttribute('aria-label', `Theme: ${WORDS[theme]}`);
  tell();
}

const tell = () => themeChanges.dispatchEvent(new Event('change'));

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** A colour of the stylesheet, such as `--ink`, as it is in the theme of now: for what is drawn on a canvas. */
export function colour(name: string): string {
  probe ??= document.body.appendChild(h('span', { hidden: true }));
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}
let probe: HTMLElement | undefined;
