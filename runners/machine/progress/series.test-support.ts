import type { Hold, Sample } from './sample.ts';

/** What a guest does in a second. */
export interface Pace {
  readonly seconds: number;
  readonly letters?: number;
  readonly bytes?: number;
  readonly ran?: number;
  readonly waited?: number;
  readonly hold?: Hold;
}

/** The samples of a guest that does one thing after the other, one every two seconds. */
export function series(...paces: readonly Pace[]): Sample[] {
  let last: Sample = { at: 0, hold: 'runs', letters: 0, read: 0, written: 0, ran: 0, waited: 0 };
  const samples = [last];
  for (const { seconds, letters = 0, bytes = 0, ran = 0, waited = 0, hold = 'runs' } of paces) {
    const end = last.at + seconds;
    while (last.at < end) {
      last = {
        at: last.at + 2,
        hold,
        letters: last.letters + 2 * letters,
        read: last.read + 2 * bytes,
        written: last.written,
        ran: last.ran + 2 * ran,
        waited: last.waited + 2 * waited,
      };
      samples.push(last);
    }
  }
  return samples;
}

/** What is said, as the verdict of each moment at which it changes: `working, hung`. */
export const stages = <T>(values: readonly T[]): readonly T[] =>
  values.filter((value, index) => value !== values[index - 1]);
