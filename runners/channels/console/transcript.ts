/**
 * All text of a console from its first letter on. A position is a number of letters from there, so it stays valid
 * while the text grows. Kept by lines: looking at the end of a long installation costs what the end costs.
 */
export class Transcript {
  readonly #lines: string[] = [];
  /** Where each line of `#lines` begins, and behind them where the unfinished one does. */
  readonly #starts: number[] = [0];
  #rest = '';

  /** The position behind the last letter. */
  get end(): number {
    return this.#restStart + this.#rest.length;
  }

  /** Finished lines, without `\n`. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Appends text and returns the lines which it finished. */
  append(text: string): string[] {
    const pieces = (this.#rest + text).split('\n');
    this.#rest = pieces.pop() ?? '';
    for (const line of pieces) {
      this.#starts.push(this.#restStart + line.length + 1);
      this.#lines.push(line);
    }
    return pieces;
  }

  /** The text from one position to another (to the end, where none is given). */
  slice(from: number, to = this.end): string {
    const first = this.#lineAt(from);
    const start = this.#starts[first] ?? 0;
    const text = [...this.#lines.slice(first, this.#lineAt(to) + 1), this.#rest].join('\n');
    return text.slice(from - start, to - start);
  }

  /** The position at which the line begins that has `position` in it. */
  lineStart(position: number): number {
    return this.#starts[this.#lineAt(position)] ?? 0;
  }

  /** The last `count` lines, the unfinished one among them. */
  tail(count: number): string[] {
    return [...this.#lines.slice(-count), ...(this.#rest === '' ? [] : [this.#rest])].slice(-count);
  }

  get #restStart(): number {
    return this.#starts.at(-1) ?? 0;
  }

  /** Index of the line with `position` in it, by bisection. */
  #lineAt(position: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
