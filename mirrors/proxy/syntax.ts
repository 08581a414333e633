/** nginx's configuration as a tree: a line, or a block of lines under a head. */
export type Line = string | { readonly head: string; readonly body: readonly Line[] };

export const block = (head: string, body: readonly Line[]): Line => ({ head, body });

/** The text of a file; comments and directives stand a line each, indented by their depth. */
export function render(lines: readonly Line[], indent = ''): string {
  return lines
    .map((line) => {
      if (typeof line === 'string') return `${indent}${line}\n`;
      return `${indent}${line.head} {\n${render(line.body, `${indent}    `)}${indent}}\n`;
    })
    .join('');
}

/** A word that may hold blanks. What begins with a dollar is a variable all the same: nginx knows no way to escape it. */
export const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

/** Matches exactly this text, in a pattern within quotes. */
export const regex = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
