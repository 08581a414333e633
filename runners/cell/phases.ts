import type { Emit } from '../events/event.ts';

/** Announces the spans of a cell's work, so that a reader knows at any moment what it is about. */
export class Phases {
  readonly #cell: string;
  readonly #emit: Emit;
  #current: string | undefined;
  /** The phase that broke off, where the last one did. */
  failed: string | undefined;
  #last = 'preparation';

  constructor(cell: string, emit: Emit) {
    this.#cell = cell;
    this.#emit = emit;
  }

  /** Runs `work` as the phase of this name. */
  async span<T>(phase: string, work: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const end = (ok: boolean) => {
      this.#current = undefined;
      this.failed = ok ? undefined : phase;
      this.#emit({ type: 'phase-ended', cell: this.#cell, phase, seconds: (performance.now() - started) / 1000, ok });
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

  /** How long the whole cell is to take, in seconds, now that more is known. */
  expect(seconds: number): void {
    this.#emit({ type: 'cell-expected', cell: this.#cell, seconds });
  }

  attach(name: string, path: string): void {
    this.#emit({ type: 'attachment', cell: this.#cell, name, path });
  }

  note(text: string): void {
    this.#emit({ type: 'note', cell: this.#cell, text });
  }
}
