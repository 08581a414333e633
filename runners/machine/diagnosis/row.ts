import { STUCK } from '../progress/watch.ts';

/** One way in which a cell goes wrong. */
export interface Row {
  /** Stable, kebab-case: what reports and history know it by. */
  readonly code: string;
  /** Which failures it can be the reason of; all, where nothing is said. */
  readonly explains?: Failures;
  /** The lines it is known by, one behind the other; other lines may stand between them. The part that these are looked for in: `within`. */
  readonly seen?: readonly RegExp[];
  /** What the very last line of that part that is not empty must be, behind all of `seen`. */
  readonly last?: RegExp;
  /** What else must have been said nowhere in that part. */
  readonly unless?: RegExp;
  /**
   * `system`, which is meant if nothing is said: what was said by the system that is up now, or was until the end. `asked`: what was
   * said since that was asked for which failed, also by systems that are gone; for what ends a system.
   */
  readonly within?: 'system' | 'asked';
  /** What must stand in the check's reason, written as `code: message`; without the console's lines that some messages quote. */
  readonly reason?: RegExp;
  /**
   * What went wrong, in one sentence without a full stop. `{name}` is what the pattern's group of that name matched, or one of
   * cell, distro, arch, fs and check.
   */
  readonly sentence: string;
  /** What to do next, in one sentence. */
  readonly hint?: string;
}

/** A failure is one of these where it is so in each respect that is named. */
export interface Failures {
  /** One of these phases broke off. `none`: all had ended well, and a check of the system that was up failed. */
  readonly phases?: readonly string[];
  /** The check's title. */
  readonly check?: RegExp;
  /** The code of its reason. */
  readonly codes?: readonly string[];
}

/** What came of waiting for words that never came. */
export const SILENCE = [...STUCK, 'console-timeout', 'event-timeout', 'agent-silent', 'ssh-unreachable'] as const;

export const INSTALL: Failures = { phases: ['install'] };
/** Of the installed system; also stub that has come up in its place. */
export const BOOT_INSTALLED: Failures = { phases: ['boot-installed'] };
export const BOOT: Failures = { phases: ['boot-stub', 'boot-installed'] };
/** A check of the installed system that was up. */
export const RUNNING: Failures = { phases: ['none'] };
