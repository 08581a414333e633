/** Rows as lines, each column as wide as its widest cell; those whose head begins with a space stand to the right. */
export function aligned(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head.map((title) => title.trim()), ...rows];
  const widths = head.map((_, column) => all.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0));
  const pad = (text: string, column: number) =>
    head[column]?.startsWith(' ') ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return all.map((row) => row.map(pad).join('  ').trimEnd());
}
