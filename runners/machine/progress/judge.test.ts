import { describe, expect, test } from 'vitest';
import { judge } from './judge.ts';
import { givenTimes, type Sample, slowness } from './sample.ts';
import { type Pace, series, stages } from './series.test-support.ts';

const limits = { still: 60, spin: 300, loop: 120, held: 60 };

/** The verdicts of all moments, as somebody comes to them who looks every two seconds. */
function verdicts(samples: readonly Sample[]) {
  return samples.map((_, index) => judge(samples.slice(0, index + 1), undefined, limits));
}
const kinds = (...paces: readonly Pace[]) => stages(verdicts(series(...paces)).map(({ kind }) => kind));
/** The second of the first verdict that is not `working`. */
const firstAt = (samples: readonly Sample[]) =>
  samples[verdicts(samples).findIndex(({ kind }) => kind !== 'working')]?.at;

const busy: Pace = { seconds: 100, letters: 50, bytes: 1e6, ran: 1 };
/** As measured of a Debian 13 at its login prompt under TCG. */
const idle: Pace = { seconds: 600, ran: 0.03 };

describe('who gets on is left alone', () => {
  test.each<[string, readonly Pace[]]>([
    ['a guest that does everything', [{ ...busy, seconds: 3600 }]],
    ['one that only writes to its console', [{ seconds: 3600, letters: 1 }]],
    ['one that only reads its disk, without a word', [{ seconds: 3600, bytes: 64 * 1024, ran: 0.05 }]],
    ['one that computes without a word, not longer than the limit', [{ seconds: 290, ran: 1 }, busy]],
    ['one that waits, not longer than the limit', [busy, { ...idle, seconds: 58 }, busy]],
  ])('%s', (_, paces) => {
    expect(kinds(...paces)).toEqual(['working']);
  });
});

describe('a slow host makes nobody hang', () => {
  test('everything a hundred times slower', () => {
    expect(kinds({ seconds: 4000, letters: 0.5, bytes: 1e4, ran: 0.01, waited: 0.99 })).toEqual(['working']);
  });

  test('silent for an hour, since others take its cores', () => {
    expect(kinds(busy, { seconds: 3600, ran: 0.02, waited: 0.98 }, busy)).toEqual(['working']);
  });

  test('what it computes silently takes as long as it gets CPU, whatever the clock says', () => {
    const starved = series({ seconds: 4000, ran: 0.1, waited: 0.9 });
    expect(firstAt(starved)).toBeCloseTo(3000, -1);
  });

  test('the runner itself may not have come to look', () => {
    const samples = series(busy, idle).filter(({ at }) => at <= 100 || at > 600);
    expect(stages(verdicts(samples).map(({ kind }) => kind))).toEqual(['working', 'hung']);
    // Of the 500 s in between nobody knows.
    expect(firstAt(samples)).toBeGreaterThan(640);
  });
});

describe('who does not get on', () => {
  test('a guest at a prompt at which nobody types hangs, and since when each thing stands still is told', () => {
    const samples = series(busy, idle);
    expect(firstAt(samples)).toBe(160);
    const [hung] = verdicts(samples).filter(({ kind }) => kind === 'hung');
    expect(hung).toMatchObject({ seconds: 60, quiet: 60, bytes: 0, cpu: expect.closeTo(1.8) });
  });

  test('small change of an idle system is no progress', () => {
    // A filesystem's record every half minute, and a service that wakes up every minute for a second.
    const minute = [
      { ...idle, seconds: 28 },
      { seconds: 2, bytes: 4096, ran: 0.5 },
      { ...idle, seconds: 30 },
    ];
    expect(kinds(busy, ...minute, ...minute, ...minute)).toEqual(['working', 'hung']);
  });

  test('a busy loop with interrupts off spins, after so much CPU', () => {
    const samples = series(busy, { seconds: 400, ran: 1 });
    expect(kinds(busy, { seconds: 400, ran: 1 })).toEqual(['working', 'spinning']);
    expect(firstAt(samples)).toBe(400);
    expect(verdicts(samples).at(-1)).toMatchObject({ quiet: 400, cpu: 400, bytes: 0 });
  });

  test('both its CPUs in a loop: twice as much CPU in the same time', () => {
    expect(firstAt(series(busy, { seconds: 400, ran: 2 }))).toBe(250);
  });
});

describe('whom QEMU cannot run', () => {
  const held = (hold: Sample['hold'], seconds: number): Pace => ({ seconds, hold });

  test.each(['stopped', 'paused', 'deaf'] as const)('%s: not the guest’s doing, after a minute', (hold) => {
    const samples = series(busy, held(hold, 100));
    expect(kinds(busy, held(hold, 100))).toEqual(['working', 'held']);
    expect(firstAt(samples)).toBe(162);
    expect(verdicts(samples).at(-1)).toMatchObject({ kind: 'held', hold, seconds: 98 });
  });

  test('stopped and let go on again and again, it is slow', () => {
    const cycle = [held('stopped', 50), { seconds: 10, letters: 5, ran: 0.5 }];
    expect(kinds(...Array.from({ length: 50 }, () => cycle).flat())).toEqual(['working']);
  });

  test('found stopped at every look, and running in between', () => {
    expect(kinds(busy, { seconds: 600, hold: 'stopped', ran: 0.1 })).toEqual(['working']);
  });

  test('the time in which it was stopped is none in which it was still', () => {
    const rounds = Array.from({ length: 20 }, () => [held('stopped', 50), { ...idle, seconds: 4 }]).flat();
    const samples = series(...rounds);
    expect(givenTimes(samples).at(-1)).toBe(40);
    expect(kinds(...rounds)).toEqual(['working']);
  });
});

test('how slow the host is at present is told by what the guest wanted and got', () => {
  expect(slowness([])).toBe(1);
  expect(slowness(series(busy))).toBe(1);
  expect(slowness(series(busy, { seconds: 60, ran: 0.25, waited: 0.75 }))).toBeCloseTo(4);
  expect(slowness(series({ seconds: 60, ran: 0.01, waited: 1.99 }))).toBe(10);
  // Of a guest that wants nothing.
  expect(slowness(series({ seconds: 60, ran: 0.001, waited: 0.009 }))).toBe(1);
});
