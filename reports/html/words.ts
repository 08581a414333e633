import type { Status } from '../../runners/events/event.ts';

/** What the page calls a cell: its status, and `flaky` for one that passed after it had failed in the same run. */
export type Verdict = Status | 'flaky';

interface Word {
  /** Never a colour alone. None of these has an emoji of its own in any font. */
  readonly glyph: string;
  /** In the strings that hold a cell's past, a letter a run; the capital means: against a stand-in. */
  readonly letter: string;
  readonly meaning: string;
}

/** In the order of how much they matter in the morning. */
export const VERDICTS: Readonly<Record<Verdict, Word>> = {
  failed: { glyph: '✗', letter: 'f', meaning: 'the guest failed' },
  error: { glyph: '!', letter: 'e', meaning: 'the harness could not tell' },
  flaky: { glyph: '≈', letter: 'y', meaning: 'passed, after it had failed in the same run' },
  known: { glyph: '○', letter: 'k', meaning: 'failed as matrix.yaml knows' },
  passed: { glyph: '✓', letter: 'p', meaning: 'all checks passed' },
  skipped: { glyph: '·', letter: 's', meaning: 'not run, because of something' },
};

export const ORDER = Object.keys(VERDICTS) as readonly Verdict[];

/** Where a cell was not run. */
export const ABSENT = '-';

export const STAND_IN = 'against a stand-in, not the distribution itself';

const byLetter: Readonly<Record<string, Verdict>> = Object.fromEntries(
  ORDER.map((verdict) => [VERDICTS[verdict].letter, verdict]),
);

export function letterOf(verdict: Verdict, standIn: boolean): string {
  const { letter } = VERDICTS[verdict];
  return standIn ? letter.toUpperCase() : letter;
}

/** What a letter of a past says; undefined for `ABSENT`. */
export function readLetter(letter: string): { readonly verdict: Verdict; readonly standIn: boolean } | undefined {
  const verdict = byLetter[letter.toLowerCase()];
  return verdict && { verdict, standIn: letter !== letter.toLowerCase() };
}

/** `1 cell`, `3 cells`. */
export const counted = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;

/** `2026-11-29 06:12`, in UTC. */
export const moment = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `Sun 29 Nov`, in UTC: the same on every reader's machine, and in every locale. */
export function day(time: number): string {
  const date = new Date(time);
  return `${DAYS[date.getUTCDay()]} ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;
}

/** `2 h 41 min`, `12 min`, `48 s`. */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `812 B`, `14 kB`, `1.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
