import type { Transcript } from './transcript.ts';

export interface ConsoleMatch {
  readonly text: string;
  /** What the pattern's groups caught. */
  readonly groups: readonly (string | undefined)[];
  /** Where the match begins and, for the next wait's `from`, the position behind it. */
  readonly position: number;
  readonly end: number;
}

/** A match is not longer than this, so text further back need not be looked at again. */
const LONGEST_MATCH = 8192;

function asPattern(pattern: RegExp | string): RegExp {
  if (typeof pattern === 'string') return new RegExp(pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  // Sticky and global patterns remember where they were.
  return new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
}

/** The first match of a pattern behind a position, in a transcript that grows between two looks. */
export class Search {
  readonly #transcript: Transcript;
  readonly #pattern: RegExp;
  readonly #from: number;
  #looked: number;

  constructor(transcript: Transcript, pattern: RegExp | string, from: number) {
    this.#transcript = transcript;
    this.#pattern = asPattern(pattern);
    this.#from = from;
    this.#looked = from;
  }

  look(): ConsoleMatch | undefined {
    // From the beginning of a line, so that ^ with the m flag means what it says.
    const start = Math.max(this.#from, this.#transcript.lineStart(Math.max(0, this.#looked - LONGEST_MATCH)));
    this.#looked = this.#transcript.end;
    const found = this.#pattern.exec(this.#transcript.slice(start));
    if (found === null) return undefined;
    const [text, ...groups] = found;
    const position = start + found.index;
    return { text, groups, position, end: position + text.length };
  }
}
