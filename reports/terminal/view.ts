import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { RunEvent } from '../../runners/events/event.ts';
import type { ProgressWriter } from '../progress.ts';
import { divert } from './divert.ts';
import { frame, lastFrame } from './frame.ts';
import type { Pen } from './looks.ts';
import { openScreen } from './screen.ts';
import { stateFold } from './state.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Milliseconds between two frames, where something happens and where only time passes. */
const soonest = 100;
const latest = 1000;

/**
 * Shows a run on a terminal, from its first event to `run-ended`: a frame that is drawn anew, and, above it, whatever this process
 * writes to the same terminal meanwhile.
 *
 * @param env tells which terminal it is, and which signs it can show
 * @param now milliseconds since the epoch, as the events have them
 */
export function openView(stream: WriteStream, env: Env, now: () => number = Date.now): ProgressWriter {
  const fold = stateFold();
  const screen = openScreen(stream, env);
  const pen: Pen = { paint: (style, text) => styleText(style, text, { stream }), unicode: showsUnicode(env) };
  const draw = () => {
    due = undefined;
    // A terminal that has just changed its size has not told us yet; what is drawn by the old one stays torn. Tells `onResize`.
    (stream as WriteStream & { readonly _refreshSize?: () => void })._refreshSize?.();
    if (open) screen.draw(frame(fold.state, now(), screen.size, pen));
  };
  const soon = () => {
    due ??= setTimeout(draw, soonest);
  };
  const onResize = () => {
    screen.resized();
    draw();
  };
  // Stopped by Ctrl-Z and gone on: the shell has written meanwhile.
  const onContinue = () => {
    screen.forget();
    draw();
  };
  let open = true;
  let due: NodeJS.Timeout | undefined;
  const tick = setInterval(draw, latest);
  const undivert = divert([process.stdout, process.stderr], (text) => {
    screen.above(text);
    soon();
  });
  stream.on('resize', onResize);
  process.on('SIGCONT', onContinue);

  /** Whatever comes after is written where the frame was. */
  const close = (lines: readonly string[]) => {
    if (!open) return;
    open = false;
    clearInterval(tick);
    clearTimeout(due);
    stream.off('resize', onResize);
    process.off('SIGCONT', onContinue);
    undivert();
    screen.draw(lines);
    screen[Symbol.dispose]();
  };

  return {
    listener: (event: RunEvent) => {
      fold.see(event);
      if (event.type === 'run-ended') close(lastFrame(fold.state, event.time, screen.size.columns, pen));
      else if (open) soon();
    },
    past: (events) => {
      for (const event of events) fold.see(event);
    },
    [Symbol.dispose]: () => close(frame(fold.state, now(), screen.size, pen)),
  };
}

/** Where no locale is said, as in a container, the terminal outside most often can. */
function showsUnicode({ TERM, LC_ALL, LC_CTYPE, LANG }: Env): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG;
  return TERM !== 'linux' && (!locale || /utf-?8/i.test(locale));
}
