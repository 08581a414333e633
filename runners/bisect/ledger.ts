import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Trial } from './builders/builder.ts';
import { countsKey } from './record.ts';
import type { Counts } from './trials.ts';

/** What earlier searches saw of a kernel in a cell. */
export interface Recalled extends Counts {
  /** Where a pass can be looked at, if one can; a failure. */
  readonly passed?: string;
  readonly failed?: string;
  readonly because?: string;
}

/** Trials of all searches: what is not certain gets surer over time, and what is certain costs no second boot. */
export interface Ledger {
  readonly recall: (signature: string, cell: string) => Recalled | undefined;
  readonly add: (signature: string, cell: string, trial: Trial) => void;
  /** From now on nothing counts that was seen before by the same judge. */
  readonly forget: () => void;
}

interface Seen extends Trial {
  readonly judge: string;
  readonly signature: string;
  readonly cell: string;
}

type Line = Seen | { readonly judge: string; readonly forget: true };

/**
 * @param path a line for each trial; made with the first
 * @param judge what else a verdict depends on besides kernel and cell: only trials of the same are comparable
 */
export function openLedger(path: string, judge: string): Ledger {
  const known = new Map<string, Recalled>();
  for (const line of linesOf(path)) {
    if (line.judge !== judge) continue;
    if ('forget' in line) {
      known.clear();
      continue;
    }
    const key = countsKey(line.signature, line.cell);
    known.set(key, added(known.get(key), line));
  }
  // One write, so that searches side by side do not tear each other's lines.
  const append = (line: Line) => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    appendFileSync(path, `${JSON.stringify(line)}\n`, { mode: 0o600 });
  };
  return {
    recall: (signature, cell) => known.get(countsKey(signature, cell)),
    add: (signature, cell, trial) => {
      if (trial.verdict !== 'unresolved') append({ judge, signature, cell, ...trial });
    },
    forget: () => {
      known.clear();
      append({ judge, forget: true });
    },
  };
}

function added(
  { pass, fail, ...seen }: Recalled = { pass: 0, fail: 0 },
  { verdict, evidence, because }: Seen,
): Recalled {
  if (verdict === 'pass') {
    return { ...seen, pass: pass + 1, fail, ...(evidence === undefined ? {} : { passed: evidence }) };
  }
  const why = because === undefined ? {} : { because };
  return { ...seen, ...why, pass, fail: fail + 1, ...(evidence === undefined ? {} : { failed: evidence }) };
}

/** One that was left half-written is no trial. */
function linesOf(path: string): Line[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });
}
