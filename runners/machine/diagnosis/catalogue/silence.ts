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
    explains: { codes: ['hung'] },
    reason: /^hung: (?<awaited>.+?): the guest hangs: no word on its console for (?<seconds>\d+) s/,
    last: /(?<words>\S.*)/,
    sentence:
      'the guest has said and done nothing for {seconds} s, where {awaited} was to come; its last words: {words}',
    hint: 'Run with --keep and look at what it waits for: ./stub-matrix shell {cell}.',
  },
  {
    code: 'spinning',
    explains: { codes: ['hung'] },
    reason: /^hung: (?<awaited>.+?): the guest spins: no word .+ and (?<cpu>[\d.]+) s of CPU/,
    last: /(?<words>\S.*)/,
    sentence: 'the guest has computed for {cpu} s without a word, where {awaited} was to come; its last words: {words}',
    hint: 'Run with --keep and look at what it computes: ./stub-matrix shell {cell}.',
  },
  {
    code: 'looping',
    explains: { codes: ['looping'] },
    reason: /^looping: (?<awaited>.+?): the guest loops: for (?<seconds>\d+) s it has said nothing new/,
    last: /(?<words>\S.*)/,
    sentence:
      'the guest has said the same again and again for {seconds} s, where {awaited} was to come, such as: {words}',
    hint: 'Run with --keep and look at who says it: ./stub-matrix shell {cell}.',
  },
  {
    code: 'not-in-time',
    explains: { codes: ['console-timeout', 'past-ceiling'] },
    reason: /^[\w-]+: (?<awaited>.+?): not seen within (?<seconds>[\d.]+) s/,
    last: /(?<words>\S.*)/,
    sentence: '{awaited} did not come within {seconds} s; the last words of the guest: {words}',
    hint: 'Run with --keep and look at what it does: ./stub-matrix shell {cell}.',
  },
];
