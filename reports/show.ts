import type { WriteStream } from 'node:tty';
import { type ProgressWriter, writeProgress } from './progress.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Whether somebody watches who wants a picture: not CI, not a terminal that cannot draw, not who asks for plain lines. */
export function wantsView(stream: NodeJS.WritableStream, env: Env, plain = false): stream is WriteStream {
  const { isTTY } = stream as Partial<WriteStream>;
  return isTTY === true && !plain && env.TERM !== 'dumb' && (!env.CI || env.CI === 'false');
}

/**
 * Shows a run's progress: a picture on a terminal, else a line for each thing that happens. What draws it is loaded only then, and while the run
 * starts; where it cannot be loaded, there are lines.
 */
export function showProgress(stream: NodeJS.WritableStream, env: Env, plain = false): ProgressWriter {
  if (!wantsView(stream, env, plain)) return writeProgress(stream);
  const early: ((writer: ProgressWriter) => void)[] = [];
  let writer: ProgressWriter | undefined;
  let disposed = false;
  const use = (opened: ProgressWriter) => {
    writer = opened;
    for (const tell of early) tell(opened);
  };
  import('./terminal/view.ts').then(
    ({ openView }) => disposed || use(openView(stream, env)),
    () => disposed || use(writeProgress(stream)),
  );
  const soon = (tell: (writer: ProgressWriter) => void) => {
    if (writer) tell(writer);
    else early.push(tell);
  };
  return {
    listener: (event) => soon((each) => each.listener(event)),
    past: (events) => soon((each) => each.past(events)),
    [Symbol.dispose]: () => {
      disposed = true;
      writer?.[Symbol.dispose]();
    },
  };
}
