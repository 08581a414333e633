import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Where an answer to a guest came from: `local` is a folder of this host, `refused` what is in no archive of the run, or no
 * question for files.
 */
export type Source = 'local' | 'kept' | 'hit' | 'miss' | 'stale' | 'absent' | 'failed' | 'refused';

/** A line of answered.log. */
export interface Answered {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** A key, as archives.ts says it. */
  readonly key: string;
  readonly source: Source;
  readonly status: number;
  readonly bytes: number;
}

export function parseAnswered(line: string): Answered {
  const { time, asked, source, cache, status, bytes } = JSON.parse(line) as Record<string, string>;
  const code = Number(status);
  return {
    time: Number(time) * 1000,
    key: asked ?? '',
    source: source === 'mirrors' ? ofMirrors(code, cache) : (source as Source),
    status: code,
    bytes: Number(bytes),
  };
}

function ofMirrors(status: number, cache: string | undefined): Source {
  if (status >= 500) return 'failed';
  if (status >= 400) return 'absent';
  return cache === 'HIT' ? 'hit' : 'miss';
}

/** What one mirror did when it was asked. */
export interface Attempt {
  /** Its id, as archives.ts gives it. */
  readonly mirror: string;
  /** Of its last answer; 502 and 504 where it gave none. */
  readonly status: number;
  readonly bytes: number;
}

/** A line of asked.log: one file, and the mirrors that were asked for it in turn. */
export interface Asked {
  readonly archive: string;
  /** Within the archive. */
  readonly path: string;
  readonly attempts: readonly Attempt[];
}

export function parseAsked(line: string): Asked {
  const { archive = '', path = '', trail = '', statuses = '', bytes = '' } = JSON.parse(line) as Record<string, string>;
  const mirrors = trail.split(' ').filter((word) => word !== '');
  // Of one mirror nginx parts the tries by commas, and mirrors from each other by colons.
  const perMirror = statuses.split(' : ').map((tries) => Number(tries.split(', ').at(-1)));
  const received = bytes
    .split(' : ')
    .map((tries) => tries.split(', ').reduce((sum, each) => sum + (Number(each) || 0), 0));
  return {
    archive,
    path,
    attempts: mirrors.map((mirror, place) => ({
      mirror,
      status: perMirror[place] || 502,
      bytes: received[place] ?? 0,
    })),
  };
}

/** What nginx says, in error.log, of its trouble with a mirror. */
export interface Trouble {
  /** The id of the archive. */
  readonly archive: string;
  readonly path: string;
  /** SCHEME://IP:PORT/PATH */
  readonly asked: string;
  readonly reason: string;
  /** The answer had begun: nobody else could be asked any more. */
  readonly cutOff: boolean;
}

/** Undefined for all that is no trouble with a mirror. */
export function parseTrouble(line: string): Trouble | undefined {
  const [, reason, while_, archive, path, asked] =
    /\[(?:error|crit)\] .*?\*\d+ (.*?)(?: while (.*?))?, client: unix:,.* request: "GET \/(a\d+)\/(\S*) HTTP.*, upstream: "([^"]*)"/.exec(
      line,
    ) ?? [];
  if (reason === undefined || archive === undefined || path === undefined || asked === undefined) return undefined;
  return { archive, path: decoded(path), asked, reason, cutOff: while_ === 'reading upstream' };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Reads a log while somebody else writes it. */
export class LogReader implements Disposable {
  readonly #descriptor: number;
  readonly #line: (line: string) => void;
  #offset = 0;
  /** Bytes, not text: a piece may end within a character. */
  #rest = Buffer.alloc(0);

  /** @param line called with each line, in order. */
  constructor(path: string, line: (line: string) => void) {
    this.#descriptor = openSync(path, 'a+', 0o600);
    this.#line = line;
  }

  /** Hands over what was written since. */
  catchUp(): void {
    const size = fstatSync(this.#descriptor).size;
    if (size <= this.#offset) return;
    const fresh = Buffer.alloc(size - this.#offset);
    this.#offset += readSync(this.#descriptor, fresh, 0, fresh.length, this.#offset);
    this.#rest = Buffer.concat([this.#rest, fresh]);
    const end = this.#rest.lastIndexOf(0x0a) + 1;
    const whole = this.#rest.toString('utf8', 0, end);
    this.#rest = this.#rest.subarray(end);
    for (const line of whole.split('\n').slice(0, -1)) this.#line(line);
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
