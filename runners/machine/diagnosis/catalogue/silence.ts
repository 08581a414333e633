import type { Row } from '../row.ts';

/** What is left where nothing on the console says why. */
export const LOOPS: readonly Row[] = [
  {
    code: 'boot-loop',
    explains: { phases: ['boot-installed', 'boot-stub'] },
    within: 'asked',
    seen: [
      /Run \/init as init process/,
      /Run \/init as init process/,
      /Run \/init as init process/,
      /Run \/init as init process/,
    ],
    sentence: 'the guest starts again and again',
    hint: 'Its last words before each start say why.',
  },
];

/** No reason, but what is known: what was waited for, and how far the guest came. */
export const STANDSTILL: readonly Row[] = [
  {
    code: 'silent',
    explains: { codes: ['console-idle'] },
    reason: /^[\w-]+: (?<awaited>.+?): no output for (?<seconds>[\d.]+) s/,
    last: /(?<words>\S.*)/,
    sentence: 'the guest has said nothing for {seconds} s, where {awaited} was to come; its last words: {words}',
    hint: 'Run with --keep and look at what it does: ./stub-matrix shell {cell}.',
  },
  {
    code: 'not-in-time',
    explains: { codes: ['console-timeout'] },
    reason: /^[\w-]+: (?<awaited>.+?): not seen within (?<seconds>[\d.]+) s/,
    last: /(?<words>\S.*)/,
    sentence: '{awaited} did not come within {seconds} s; the last words of the guest: {words}',
    hint: 'Run with --keep and look at what it does: ./stub-matrix shell {cell}.',
  },
];
