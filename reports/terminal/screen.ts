import type { WriteStream } from 'node:tty';
import ansiEscapes from 'ansi-escapes';
import { createLogUpdate } from 'log-update';
import type { Size } from './frame.ts';
import { openSink } from './sink.ts';
import { widthOf } from './text.ts';

/** The lower end of a terminal, drawn over and over; what is above stays and scrolls. */
export interface Screen extends Disposable {
  /** How large a frame may be. */
  readonly size: Size;
  /** Draws a frame in place of the one before, unless the terminal has not yet taken that. */
  draw(lines: readonly string[]): void;
  /** Lines that stay, above the frame, from the next one on. */
  above(text: string): void;
  /** The terminal has another size, and may have broken the frame's lines anew. */
  resized(): void;
  /** Others have written where the frame was; it starts again below. */
  forget(): void;
}

/**
 * It puts the terminal into no state that would have to be taken back: no other screen, no hidden cursor, no raw mode. So however the runner
 * ends, `kill -9` included, the terminal is as it was.
 *
 * @param env tells which terminal it is
 */
export function openScreen(stream: WriteStream, env: Readonly<Record<string, string | undefined>>): Screen {
  const sink = openSink(stream);
  const log = createLogUpdate(sink as unknown as NodeJS.WritableStream, { showCursor: true });
  let drawn: readonly string[] = [];
  const pending: string[] = [];
  const tell = () => {
    if (pending.length === 0) return;
    log.persist(pending.splice(0).join('').replace(/\n$/, ''));
    drawn = [];
  };
  return {
    // The last column is left free: what a terminal does behind it differs. The last line is the cursor's.
    get size() {
      return { columns: Math.max(1, sink.columns - 1), rows: Math.max(1, sink.rows - 1) };
    },
    draw(lines) {
      if (!sink.idle) return;
      tell();
      if (lines.length === 0) log.clear();
      else log(lines.join('\n'));
      drawn = lines;
    },
    above(text) {
      pending.push(text.endsWith('\n') ? text : `${text}\n`);
    },
    resized() {
      if (!sink.idle || drawn.length === 0) return;
      // The cursor stands on a line of its own. What has scrolled out of reach stays there; nothing of others' is taken for it.
      sink.write(ansiEscapes.eraseLines(linesAt(drawn, sink.columns, breaksAnew(env)) + 1));
      log.done();
      drawn = [];
    },
    forget() {
      log.done();
      drawn = [];
    },
    [Symbol.dispose]: () => {
      tell();
      sink[Symbol.dispose]();
    },
  };
}

/** Lines that a frame takes after the terminal has become so wide. */
function linesAt(lines: readonly string[], columns: number, broken: boolean): number {
  if (!broken) return lines.length;
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
}

/** Most terminals break lines anew when they become narrower; xterm, screen and Linux's console cut them. */
function breaksAnew({ TERM, STY, XTERM_VERSION }: Readonly<Record<string, string | undefined>>): boolean {
  return TERM !== 'linux' && STY === undefined && XTERM_VERSION === undefined;
}
