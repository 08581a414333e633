import type { Emit } from '../events/event.ts';

/** Seconds in which what is there is found. */
const LOOK = 10;

/** Announces the spans of a cell's work, so that a reader knows at any moment what it is about. */
export class Phases {
  readonly #cell: string;
  readonly #emit: Emit;
  #current: string | undefined;
  /** The phase that broke off, where the last one did. */
  failed: string | undefined;
  #last = 'preparation';
  #began = 0;
  /** Seconds that the cell takes with all it needs there, and seconds until that is. */
  #expected: number;
  #making = 0;

  /** @param expected seconds, of the whole cell with all there that it needs */
  constructor(cell: string, emit: Emit, expected = 0) {
    this.#cell = cell;
    this.#emit = emit;
    this.#expected = expected;
  }

  /** Runs `work` as the phase of this name. */
  async span<T>(phase: string, work: () => Promise<T>): Promise<T> {
    this.#began = performance.now();
    const end = (ok: boolean) => {
      const seconds = this.#seconds;
      this.#current = undefined;
      this.failed = ok ? undefined : phase;
      this.#emit({ type: 'phase-ended', cell: this.#cell, phase, seconds, ok });
    };
    this.#current = phase;
    this.#last = phase;
    this.#emit({ type: 'phase-started', cell: this.#cell, phase });
    try {
      const result = await work();
      end(true);
      return result;
    } catch (error) {
      end(false);
      throw error;
    }
  }

  /** The one that was begun last, and may have ended. */
  get last(): string {
    return this.#last;
  }

  /** A sign of life within the running phase; outside of any it is nobody's. */
  progress(text: string): void {
    if (this.#current) this.#emit({ type: 'phase-progress', cell: this.#cell, phase: this.#current, text });
  }

  fact(name: string, value: string): void {
    this.#emit({ type: 'cell-fact', cell: this.#cell, name, value });
  }

  /** How long the whole cell is to take, in seconds, now that more is known; what it needs made comes on top. */
  expect(seconds: number): void {
    this.#expected = seconds;
    this.#tellExpected();
  }

  /** The running phase makes what the cell needs, and that takes so many seconds more: 0 once it is there. */
  makes(left: number): void {
    const making = this.#seconds + left;
    // A look at what is there is among what is expected of any cell.
    if (making < LOOK && this.#making === 0) return;
    this.#making = making;
    this.#tellExpected();
  }

  attach(name: string, path: string): void {
    this.#emit({ type: 'attachment', cell: this.#cell, name, path });
  }

  note(text: string): void {
    this.#emit({ type: 'note', cell: this.#cell, text });
  }

  /** Since the running phase began. */
  get #seconds(): number {
    return (performance.now() - this.#began) / 1000;
  }

  #tellExpected(): void {
    this.#emit({ type: 'cell-expected', cell: this.#cell, seconds: this.#expected + this.#making });
  }
}
