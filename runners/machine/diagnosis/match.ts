import type { ConsoleLine } from '../../events/observations.ts';
import { type Evidence, type Part, presentSystem, sinceAsked } from './evidence.ts';
import type { Failures, Row } from './row.ts';

export interface Match {
  readonly row: Row;
  readonly lines: readonly ConsoleLine[];
  /** What the groups of the patterns matched. */
  readonly groups: Readonly<Record<string, string>>;
}

/** Where a message begins to quote the console. */
const QUOTES_CONSOLE = '; the console ends in\n';

/** The reason as rows see it. */
export function reasonText({ reason: { code, message } }: Evidence): string {
  return `${code}: ${message.split(QUOTES_CONSOLE)[0]}`;
}

const groupsOf = (match: RegExpExecArray): Record<string, string> =>
  Object.fromEntries(
    Object.entries(match.groups ?? {}).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
  );

function isExplained({ phases, check, codes }: Failures, { phase = 'none', ...evidence }: Evidence): boolean {
  return (
    (phases?.includes(phase) ?? true) &&
    (check?.test(evidence.check) ?? true) &&
    (codes?.includes(evidence.reason.code) ?? true)
  );
}

/** A line of the kernel's own; printed by it letter by letter, with the serial port of an emulated PC. */
const OF_KERNEL = /^\[+ *\d/;

/**
 * The line as it was meant, one way after the other: a serial port that is emulated on a busy host now and then sends a letter
 * of the kernel's twice ("kerneel panic").
 */
function* readings(line: string): Generator<string> {
  yield line;
  if (!OF_KERNEL.test(line)) return;
  for (const { index } of line.matchAll(/(.)(?=\1)/g)) yield line.slice(0, index) + line.slice(index + 1);
}

function find(pattern: RegExp, line: string): RegExpExecArray | undefined {
  for (const reading of readings(line)) {
    const match = pattern.exec(reading);
    if (match) return match;
  }
  return undefined;
}

/** The patterns' matches, each on a line behind that of the one before; nothing where one is missing. */
function inOrder(patterns: readonly RegExp[], { lines, first }: Part): Omit<Match, 'row'> | undefined {
  let from = 0;
  let groups: Record<string, string> = {};
  const found: ConsoleLine[] = [];
  for (const pattern of patterns) {
    const index = lines.findIndex((line, at) => at >= from && find(pattern, line));
    const text = lines[index];
    const match = text === undefined ? undefined : find(pattern, text);
    if (text === undefined || !match) return undefined;
    found.push({ number: first + index, text });
    groups = { ...groups, ...groupsOf(match) };
    from = index + 1;
  }
  return { lines: found, groups };
}

/** The last line that says something, where it is of that pattern. */
function atEnd(pattern: RegExp, { lines, first }: Part): Omit<Match, 'row'> | undefined {
  const index = lines.findLastIndex((line) => line.trim() !== '');
  const text = lines[index] ?? '';
  const match = pattern.exec(text);
  return match ? { lines: [{ number: first + index, text }], groups: groupsOf(match) } : undefined;
}

/** What of the evidence makes the row its reason; nothing where it is not. */
export function matchRow(row: Row, evidence: Evidence): Match | undefined {
  if (row.explains && !isExplained(row.explains, evidence)) return undefined;
  const reason = row.reason?.exec(reasonText(evidence));
  if (reason === null) return undefined;
  const part = row.within === 'asked' ? sinceAsked(evidence) : presentSystem(evidence);
  const { unless } = row;
  if (unless && part.lines.some((line) => unless.test(line))) return undefined;
  const seen = inOrder(row.seen ?? [], part);
  const last = row.last ? atEnd(row.last, part) : { lines: [], groups: {} };
  if (!seen || !last) return undefined;
  return {
    row,
    lines: [...seen.lines, ...last.lines],
    groups: { ...(reason ? groupsOf(reason) : {}), ...seen.groups, ...last.groups },
  };
}
