import type { CellBrief, ConsoleView, Core, Detail, Slot } from '../model.ts';

export const core: Core & { readonly shelf: number } = JSON.parse(document.getElementById('core')?.textContent ?? '');

const byName = new Map(core.cells.map((cell, index) => [cell.id, index]));

/** -1 where there is no such cell. */
export const indexOf = (id: string): number => byName.get(id) ?? -1;

export const brief = (index: number): CellBrief => core.cells[index] as CellBrief;

export const detail = async (index: number): Promise<Detail> =>
  ((await block<Detail[]>(`details-${Math.floor(index / core.shelf)}`)) as Detail[])[index % core.shelf] as Detail;

export const slots = async (): Promise<Slot[]> => (await block<Slot[]>('slots')) ?? [];

/** Undefined where the page has none of this cell. */
export const consoleOf = (index: number): Promise<ConsoleView | undefined> => block<ConsoleView>(`console-${index}`);

/** The data lies behind the script, which is at work before a large page is read to its end. */
const whole = new Promise<void>((resolve) => {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => resolve());
  else resolve();
});

/** What `block()` in pack.ts put into the page. */
async function block<T>(id: string): Promise<T | undefined> {
  await whole;
  const element = document.getElementById(id) as HTMLScriptElement | null;
  if (!element) return undefined;
  if (element.type !== 'application/gzip') return JSON.parse(element.textContent) as T;
  const packed = atob(element.textContent);
  const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(stream).json()) as T;
}
