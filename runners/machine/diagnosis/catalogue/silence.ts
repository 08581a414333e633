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

export const STANDSTILL: readonly Row[] = [
  {
    code: 'hung',
    explains: { codes: ['console-idle', 'console-timeout'] },
    reason: /^[\w-]+: (?<awaited>.+?)(?:: not seen within| : no output for|: no output for) (?<seconds>[\d.]+) s/,
    last: /(?<words>\S.*)/,
    sentence: '{awaited} did not come in {seconds} s, and the last thing the guest said was "{words}"',
    hint: 'Run with --keep and look at what it does: ./stub-matrix shell CELL.',
  },
];
