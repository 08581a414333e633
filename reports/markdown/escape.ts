import { stripVTControlCharacters } from 'node:util';

/** Longer words of a guest are for the console's log. */
const LONGEST = 400;

/** What stands as a number: all but letters, digits, spaces, and hyphens inside a word, without which no name could be read. */
const TELLING = /(?<![\p{L}\p{N}])-|-(?![\p{L}\p{N}])|[^\p{L}\p{N} -]/gu;

/**
 * Any text as inline Markdown that says nothing but this text: no character of it means anything to Markdown, to HTML or to a
 * table; what cannot be seen (escape sequences, marks that turn the direction of writing) is taken out. Nobody is called: a
 * name behind an @ is cut off from it.
 */
export function plain(text: string): string {
  const visible = stripVTControlCharacters(text)
    .replaceAll(/[\p{Cc}\p{Z}]+/gu, ' ')
    .replaceAll(/[\p{Cf}\p{Cs}\p{Co}]/gu, '')
    .trim();
  const cut = visible.length > LONGEST ? `${visible.slice(0, LONGEST).replace(/\p{Cs}$/u, '')} …` : visible;
  return cut.replaceAll(TELLING, (sign) => `&#${sign.codePointAt(0)};${sign === '@' ? '&#8203;' : ''}`);
}

/** The same, in the type of a typewriter: what can be pasted or was printed. */
export const typed = (text: string): string => `<code>${plain(text)}</code>`;

/** A table, of cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
