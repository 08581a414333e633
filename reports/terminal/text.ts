import { stripVTControlCharacters } from 'node:util';
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

// A column each, with the signs of `looks.ts` and the colours that they are painted in: nearly all that is ever drawn.
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is meant
const simple = /^(?:[\x20-\x7e\u2013\u2026\u2714\u2718\u2800-\u28ff]|\x1b\[\d+m)*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is meant
const colour = /\x1b\[\d+m/g;

/** Columns that a text takes on a terminal, colours and all. */
export function widthOf(text: string): number {
  return simple.test(text) ? text.replace(colour, '').length : stringWidth(text);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is meant
const controls = /[\u0000-\u001f\u007f-\u009f]+/g;

/** Text of others' as one line that moves no cursor: a guest's words may hold anything. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replace(controls, ' ').trim();
}

/** Cut to so many columns, with … in place of what is missing. */
export function clip(text: string, columns: number): string {
  if (columns < 1) return '';
  return widthOf(text) <= columns ? text : cliTruncate(text, columns);
}

/** Words in a line, as many lines as it takes; what is longer than a line by itself is cut. */
export function flow(words: readonly string[], columns: number, between = '  '): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    const longer = last === undefined ? undefined : `${last}${between}${word}`;
    if (longer !== undefined && widthOf(longer) <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => clip(line, columns));
}
