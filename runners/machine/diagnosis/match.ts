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

/** The patterns' matches, each on a line behind that of the one before; nothing where one is missing. */
function inOrder(patterns: readonly RegExp[], { lines, first }: Part): Omit<Match, 'row'> | undefined {
  let from = 0;
  let groups: Record<string, string> = {};
  const found: ConsoleLine[] = [];
  for (const pattern of patterns) {
    const index = lines.findIndex((line, at) => at >= from && pattern.test(line));
    const text = lines[index];
    const match = text === undefined ? null : pattern.exec(text);
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
