import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Option } from './tree.ts';

/** What Kconfig's own files say about an option, for a person. */
export interface Help {
  /** What a menu calls it; empty for one that nobody can set. */
  readonly prompt: string;
  /** Without its indentation. */
  readonly lines: readonly string[];
}

const width = (line: string) => (/^\s*/.exec(line)?.[0] ?? '').replaceAll('\t', '        ').length;

/** Reads where the option is defined first. @param source the source tree, absolute */
export async function helpOf(source: string, { at }: Pick<Option, 'at'>): Promise<Help> {
  const [, path = '', number = '1'] = /^(.*):(\d+)$/.exec(at) ?? [];
  const lines = (await readFile(join(source, path), 'utf8')).split('\n').slice(Number(number));
  const end = lines.findIndex((line) => /^\w/.test(line));
  const body = end < 0 ? lines : lines.slice(0, end);
  const told = body.find((line) => /^\s+(bool|tristate|string|int|hex|prompt)\s+"/.test(line));
  const start = body.findIndex((line) => /^\s*help\s*$/.test(line)) + 1;
  return { prompt: /"((?:[^"\\]|\\.)*)"/.exec(told ?? '')?.[1] ?? '', lines: start === 0 ? [] : textAt(body, start) };
}

/** A help text ends at the first line that is indented less than its first. */
function textAt(body: readonly string[], start: number): string[] {
  const first = body.findIndex((line, index) => index >= start && line.trim() !== '');
  const indent = width(body[first] ?? '');
  if (first < 0 || indent === 0) return [];
  const rest = body.slice(first);
  const end = rest.findIndex((line) => line.trim() !== '' && width(line) < indent);
  const text = end < 0 ? rest : rest.slice(0, end);
  return text
    .map((line) => line.trim())
    .join('\n')
    .trimEnd()
    .split('\n');
}
