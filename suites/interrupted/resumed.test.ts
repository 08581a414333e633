import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { CellResult } from '../../reports/fold.ts';
import { FixtureRuns } from '../harness/fixture/fixture.test-support.ts';

/** Runs of cells without guests that are broken off, by Ctrl-C and `kill -9`, and go on. */
const fixture = new FixtureRuns();

/** All verdicts that there are, some of them after several attempts. */
const behaviours = [
  'passing',
  'failing',
  'flaky',
  'known',
  'wrong',
  'shaky',
  'erring',
  'aside',
  'messy',
  'silent',
  'passing',
];
const words = ['--retries=2', ...behaviours];

/** What a reader of the report sees of a cell, without the times. */
const told = ({ cell, status, flaky, checks, attempts, because }: CellResult) => ({
  cell: cell.id,
  status,
  flaky,
  because,
  checks: checks.map(({ check, status, reason }) => [check, status, reason?.code, reason?.message]),
  attempts: attempts.map(({ attempt, status }) => [attempt, status]),
});
const report = () => fixture.cells().map(told);

/** mulberry32: small, and the same again for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('killed at three random moments and resumed: each cell once, with the verdict of a run that nobody disturbed', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  console.info(`SEED=${seed} has the same moments again`);
  const chance = dice(seed);
  expect((await fixture.run(2, 'cells', ...words)).exitCode).toBe(1);
  const undisturbed = report();
  const steps = fixture.trace().length;

  // A step takes 100 ms in place of 20, so that most moments are in the middle of one. Steps count, not seconds: hosts differ.
  const FIXTURE_PAUSE = '100';
  for (let kills = 0; kills < 3; kills += 1) {
    const FIXTURE_KILL = `${1 + Math.floor((chance() * steps) / 4)}+${Math.floor(chance() * 100)}`;
    const sitting = fixture.start(2, 'cells', kills === 0 ? words : ['--resume=latest'], {
      FIXTURE_PAUSE,
      FIXTURE_KILL,
    });
    expect(await sitting.end, sitting.output()).toBeNull();
    expect(sitting.running.signalCode).toBe('SIGKILL');
  }
  expect((await fixture.run(2, 'cells', '--resume=latest')).exitCode).toBe(1);

  expect(report()).toEqual(undisturbed);
  const events = fixture.events();
  expect(events.filter(({ type }) => type === 'run-resumed')).toHaveLength(3);
  expect(events.filter(({ type }) => type === 'run-started')).toHaveLength(1);
  // What had come to its end was never begun again.
  const ends = events.flatMap((event) => (event.type === 'cell-ended' ? [event.cell] : []));
  expect(ends.length).toBe(undisturbed.reduce((sum, { attempts }) => sum + attempts.length, 0));
  const junit = readFileSync(fixture.latest('junit.xml'), 'utf8');
  for (const { cell } of undisturbed) expect(junit.split(`<testsuite name="${cell}"`)).toHaveLength(2);
}, 180_000);
