import { StringDecoder } from 'node:string_decoder';

const ESC = '\\x1b';

/** Control sequences after ECMA-48: CSI …, strings (OSC, DCS, SOS, PM, APC) up to BEL or ST, and the short ones. */
const SEQUENCES = new RegExp(
  [`${ESC}\\[[0-?]*[ -/]*[@-~]`, `${ESC}[\\]PX^_][^\\x07\\x1b]*(?:\\x07|${ESC}\\\\)`, `${ESC}[ -/]*[0-Z\\\\\`-~]`].join(
    '|',
  ),
  'g',
);

/** The beginning of a sequence whose end has not come yet. */
const UNFINISHED = new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*|[\\]PX^_][^\\x07\\x1b]*${ESC}?|[ -/]*)$`);

/** Longer than any sequence we have met; text that looks like the beginning of one is not held back for ever. */
const LONGEST_SEQUENCE = 4096;

const OTHER_CONTROLS = /[\p{Cc}--[\t\n]]/gv;

/**
 * Turns what a terminal receives into what a reader reads: UTF-8 decoded, control sequences gone, lines ended by `\n`
 * (a lone carriage return ends one too, so each step of a progress bar is a line).
 */
export class TerminalReader {
  readonly #decoder = new StringDecoder('utf8');
  #held = '';

  /** The text that became readable with `chunk`. What is cut off at its end is held back until the rest comes. */
  push(chunk: Buffer): string {
    const raw = this.#held + this.#decoder.write(chunk);
    const cut = unfinishedFrom(raw);
    this.#held = raw.slice(cut);
    return raw
      .slice(0, cut)
      .replace(SEQUENCES, '')
      .replace(/\r+\n|\r+/g, '\n')
      .replace(OTHER_CONTROLS, '');
  }
}

function unfinishedFrom(raw: string): number {
  const tail = Math.max(0, raw.length - LONGEST_SEQUENCE);
  const recent = raw.slice(tail);
  // The first of several: an OSC may be cut between the two letters of its ST.
  const unfinished = UNFINISHED.exec(recent);
  if (unfinished) return tail + unfinished.index;
  return raw.length - (/\r+$/.exec(recent)?.[0].length ?? 0);
}
