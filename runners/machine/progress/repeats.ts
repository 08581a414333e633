/** Console lines that came before, in the present wait, with nothing new in between. */
export interface Repeats {
  /** When the last line came that was new, in the seconds of the samples. */
  readonly since: number;
  /** The lines that have come since, each once, as it was the last time. */
  readonly lines: readonly string[];
  /** How many have come since. */
  readonly count: number;
}

/** So often has a loop come round, on the average, before it is one: a second kernel's messages are those of the first, once. */
const ROUNDS = 3;

/** Fewer lines are no loop, however few there are of them. */
const FEWEST = 6;

/**
 * Of the kernel's report on itself, all but its first line: registers, code and stack are others each time, and a letter that a
 * busy serial port sends twice makes one more. Who reports that every half minute does not get on.
 */
const OF_A_TRACE = new RegExp(
  [
    String.raw`\+0+x[0-9a-f]`,
    String.raw`^\[+ *[\d.]+\]+ +(?:Modules linked in|CPU:+ \d|Tainted:+ |Hardware name:+ |Cod+e:+ |Call [Tt]race|<\/?[A-Z]+>)`,
    String.raw`^\[+ *[\d.]+\]+ *(?:\w{1,4}|pstate) ?:+ ? ?(?:\w{4}:)?(?:0x)?[0-9a-f]{4,}\b`,
  ].join('|'),
);

/**
 * A line without what differs each time it is said: times, counters, addresses, the place of systemd's moving asterisks.
 * Per cent are kept: who counts up to a hundred is getting on.
 */
export function masked(line: string): string {
  return line
    .replace(/\[[ *]+\]/g, '[*]')
    .replace(/\b0x[0-9a-f]+\b|\b(?=[a-f]*\d)[0-9a-f]{4,}\b/gi, '#')
    .replace(/\d+(?:[.,:]\d+)*(\s?%)?/g, (number, percent) => (percent ? number : '#'))
    .replace(/\s+/g, ' ')
    .trim();
}

/** Follows the lines of a console from a moment on. */
export function followRepeats(began: number): {
  readonly add: (at: number, line: string) => void;
  /** Nothing where the last lines were new, or have not come round often enough. */
  readonly repeats: () => Repeats | undefined;
} {
  const known = new Set<string>();
  let since = began;
  let count = 0;
  const again = new Map<string, string>();
  return {
    add(at, line) {
      const words = masked(line);
      if (words === '' || OF_A_TRACE.test(line)) return;
      if (known.has(words)) {
        count += 1;
        again.set(words, line);
        return;
      }
      known.add(words);
      since = at;
      count = 0;
      again.clear();
    },
    repeats() {
      if (count < FEWEST || count < ROUNDS * again.size) return undefined;
      return { since, lines: [...again.values()], count };
    },
  };
}
