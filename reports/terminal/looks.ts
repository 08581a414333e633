import type { Status } from '../../runners/events/event.ts';

/** What the view shows of a cell; a pass against a stand-in is no pass of the distribution, and never looks like one. */
export type Shown = Status | 'stand-in' | 'flaky' | 'running' | 'waiting';

export type Style = 'green' | 'red' | 'magenta' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Puts a text into a style, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

/** How things are drawn: in colour or not, with the signs that the terminal can show. */
export interface Pen {
  readonly paint: Paint;
  readonly unicode: boolean;
}

interface Look {
  /** Of one column in every terminal: signs whose width is a matter of the locale would tear a grid in Japan. */
  readonly sign: string;
  readonly ascii: string;
  readonly style: Style;
  /** As it reads behind a number. */
  readonly words: string;
}

/** In the order in which they are counted. */
export const looks: Readonly<Record<Shown, Look>> = {
  passed: { sign: '✔', ascii: '+', style: 'green', words: 'passed' },
  'stand-in': { sign: 's', ascii: 's', style: 'green', words: 'passed against a stand-in' },
  flaky: { sign: 'f', ascii: 'f', style: 'yellow', words: 'flaky' },
  failed: { sign: '✘', ascii: 'X', style: 'red', words: 'failed' },
  error: { sign: '!', ascii: '!', style: 'magenta', words: 'error' },
  known: { sign: '~', ascii: '~', style: 'yellow', words: 'known' },
  running: { sign: '⣿', ascii: 'o', style: 'cyan', words: 'running' },
  waiting: { sign: '.', ascii: '.', style: 'dim', words: 'waiting' },
  skipped: { sign: '-', ascii: '-', style: 'dim', words: 'skipped' },
};

/** Fills like a vessel: nothing done, to as long as was expected. */
const filling = ['⡀', '⣀', '⣄', '⣤', '⣦', '⣶', '⣷', '⣿'] as const;

/** @param share of a running cell's expected time that is over; 1 where nothing is expected */
export function sign(shown: Shown, { paint, unicode }: Pen, share = 1): string {
  const look = looks[shown];
  const step = Math.min(filling.length - 1, Math.max(0, Math.floor(share * filling.length)));
  const drawn = shown === 'running' ? (filling[step] ?? look.sign) : look.sign;
  return paint(look.style, unicode ? drawn : look.ascii);
}
