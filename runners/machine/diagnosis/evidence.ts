import type { Reason } from '../../events/event.ts';
import type { Machine } from '../machine.ts';

/** What is known of a check that failed. All of it is plain, so that a failure of last week can be diagnosed anew. */
export interface Evidence {
  /** All lines of the console from its first, the unfinished one at its end among them. */
  readonly console: readonly string[];
  /** How many of them came before what failed was asked for: they concern it no more. */
  readonly before: number;
  /** The check's title in suites/. */
  readonly check: string;
  readonly reason: Reason;
  /** The phase that broke off: `boot-stub`, `install`, `shutdown`, `boot-installed`, `power-off`; none where all had ended well. */
  readonly phase?: string | undefined;
  readonly cell: { readonly id: string; readonly distro: string; readonly arch: string; readonly fs: string };
}

/** A part of a console: its lines, and the number of the first, from 1. */
export interface Part {
  readonly first: number;
  readonly lines: readonly string[];
}

/** A kernel's first words: what stands before them was said by a system that is gone. */
const KERNEL_BEGINS = /Linux version \d/;

/** What was said since that was asked for which failed: by one system or by several, one after the other. */
export function sinceAsked({ console, before }: Evidence): Part {
  return { first: before + 1, lines: console.slice(before) };
}

/** Of that, what the system said that is up now, or was until the end. */
export function presentSystem(evidence: Evidence): Part {
  const begins = evidence.console.findLastIndex((line) => KERNEL_BEGINS.test(line));
  const from = Math.max(evidence.before, begins, 0);
  return { first: from + 1, lines: evidence.console.slice(from) };
}

/** The console of a machine as evidence: all of it, and how much of it came before its last mark. */
export function whatWasSaid({ qemu, begin }: Machine): Pick<Evidence, 'console' | 'before'> {
  const text = qemu.console.text();
  return { console: text.split('\n'), before: text.slice(0, begin).split('\n').length - 1 };
}
