import { describe, expect, test } from 'vitest';
import { decide, MEMORY_PATIENCE, type State } from './decide.ts';
import { EARLY_BOUND, type Job, type Running, type Stage } from './job.ts';
import { type Reading, roomBeside, SPARE_MIB } from './room.ts';

const job = (id: string, changes: Partial<Job> & { cores?: number; memoryMiB?: number } = {}): Job => {
  const { cores = 1, memoryMiB = 1000, ...rest } = changes;
  return { id, needs: { cores, memoryMiB, basis: 'guessed' }, seconds: 100, makes: [], staggered: false, ...rest };
};
const running = (of: Job, stage: Stage = 'steady', changes: Partial<Running> = {}): Running => {
  return { job: of, stage, since: 0, stageSince: 0, end: of.seconds, making: [], ...changes };
};
const host = (changes: Partial<Reading> = {}): Reading => ({
  cores: 4,
  others: 0,
  memoryTotalMiB: 20_000,
  memoryAvailableMiB: 20_000,
  residentMiB: new Map(),
  ...changes,
});
const decided = (changes: Partial<State>) => {
  const nothing = { now: 0, waiting: [], running: [], made: new Set<string>(), limits: {}, idleSince: 0 };
  return decide({ ...nothing, reading: host(), ...changes });
};
const started = (changes: Partial<State>) => decided(changes).start.map((each) => each.job.id);
const five = ['a', 'b', 'c', 'd', 'e'].map((id) => job(id));

describe('what is left', () => {
  test('a guest counts with what it declared, whether it holds it yet or not', () => {
    const guests = [running(job('a', { memoryMiB: 3000 }))];
    const holding = (mib: number) => host({ memoryAvailableMiB: 10_000 - mib, residentMiB: new Map([['a', mib]]) });
    const left = { places: Number.POSITIVE_INFINITY, cores: 3, memoryMiB: 7000 - SPARE_MIB };
    expect(roomBeside(guests, holding(0), {})).toEqual(left);
    expect(roomBeside(guests, holding(2500), {})).toEqual(left);
    // More than it declared is gone all the same.
    expect(roomBeside(guests, holding(4000), {}).memoryMiB).toBe(6000 - SPARE_MIB);
  });

  test('the user allows less, and cores whatever others do', () => {
    expect(roomBeside([], host({ others: 3 }), {}).cores).toBe(1);
    expect(roomBeside([], host({ others: 3 }), { cores: 2 }).cores).toBe(2);
    expect(roomBeside([], host(), { cores: 64 }).cores).toBe(4);
    expect(roomBeside([running(job('a'))], host(), { jobs: 3, memoryMiB: 4000 })).toMatchObject({
      places: 2,
      memoryMiB: 3000,
    });
  });
});

describe('who starts', () => {
  test('in their order, as many as fit', () => {
    expect(started({ waiting: five })).toEqual(['a', 'b', 'c', 'd']);
    expect(started({ waiting: five, reading: host({ others: 1.5 }) })).toEqual(['a', 'b', 'c']);
    expect(started({ waiting: five, limits: { jobs: 2 } })).toEqual(['a', 'b']);
    expect(started({ waiting: five, limits: { memoryMiB: 3000 } })).toEqual(['a', 'b', 'c']);
    expect(started({ waiting: five, reading: host({ memoryAvailableMiB: 1000 + SPARE_MIB }) })).toEqual(['a']);
  });

  test('one, on a host that has nothing left', () => {
    expect(started({ waiting: five, reading: host({ others: 9 }) })).toEqual(['a']);
    expect(started({ waiting: five, reading: host({ others: 9 }), running: [running(job('z'))] })).toEqual([]);
  });

  test('who lacks the memory that others hold waits for it, not for ever', () => {
    const reading = host({ memoryAvailableMiB: 800 });
    expect(started({ waiting: five, reading, now: MEMORY_PATIENCE - 1 })).toEqual([]);
    expect(started({ waiting: five, reading, now: MEMORY_PATIENCE })).toEqual(['a']);
    // What cannot come is not waited for.
    expect(started({ waiting: [job('big', { memoryMiB: 30_000 })], reading })).toEqual(['big']);
  });

  test('a big one has its place reserved, and only what is gone by then, or fits beside it, goes before', () => {
    const runs = [running(job('z', { cores: 3, seconds: 50 }))];
    const big = job('big', { memoryMiB: 18_000, seconds: 90 });
    const reading = host({ memoryAvailableMiB: 18_600, residentMiB: new Map([['z', 400]]) });
    const [short, long, small] = [
      job('short', { seconds: 50 }),
      job('long', { seconds: 51 }),
      job('small', { seconds: 51, memoryMiB: 50 }),
    ];
    expect(decided({ waiting: [big], running: runs, reading }).reserved).toEqual({ id: 'big', at: 50 });
    expect(started({ waiting: [big, long], running: runs, reading })).toEqual([]);
    expect(started({ waiting: [big, short], running: runs, reading })).toEqual(['short']);
    expect(started({ waiting: [big, small], running: runs, reading })).toEqual(['small']);
  });
});

describe('what several need', () => {
  const [a, b, other] = [
    job('a', { makes: ['image x86_64'] }),
    job('b', { makes: ['image x86_64'] }),
    job('other', { makes: ['image riscv64'] }),
  ];

  test('is made by the first, and the others take nothing meanwhile', () => {
    const { start } = decided({ waiting: [a, b, other] });
    expect(start.map((each) => [each.job.id, each.making])).toEqual([
      ['a', ['image x86_64']],
      ['other', ['image riscv64']],
    ]);
    const making = [running(a, 'preparing', { making: ['image x86_64'] })];
    expect(started({ waiting: [b, other], running: making })).toEqual(['other']);
    expect(started({ waiting: [b], running: [running(a)], made: new Set(['image x86_64']) })).toEqual(['b']);
  });

  test('is made by the next where the first could not', () => {
    expect(decided({ waiting: [b], running: [running(a, 'preparing')] }).start[0]?.making).toEqual(['image x86_64']);
  });
});

describe('the early boots of emulated guests', () => {
  const tcg = (id: string) => job(id, { staggered: true });

  test('are two at a time on four cores, and one on one', () => {
    const waiting = ['a', 'b', 'c'].map(tcg);
    expect(started({ waiting })).toEqual(['a', 'b']);
    expect(started({ waiting, reading: host({ cores: 1 }) })).toEqual(['a']);
    expect(started({ waiting: [tcg('c')], running: [running(tcg('a'), 'early'), running(tcg('b'), 'early')] })).toEqual(
      [],
    );
    expect(started({ waiting: [tcg('c')], running: [running(tcg('a'), 'early'), running(tcg('b'))] })).toEqual(['c']);
  });

  test('end, whatever the guest shows', () => {
    const runs = [running(tcg('a'), 'early'), running(tcg('b'), 'early')];
    expect(started({ waiting: [tcg('c')], running: runs, now: EARLY_BOUND })).toEqual(['c']);
  });

  test('keep no place for others: who waits for one has its own kept', () => {
    const runs = [running(tcg('a'), 'early'), running(tcg('b'), 'early')];
    expect(started({ waiting: [tcg('c'), job('d'), job('e')], running: runs })).toEqual(['d']);
  });

  test('do not begin while something is made: then they come in turn', () => {
    const reading = host({ cores: 2 });
    const maker = running(tcg('a'), 'preparing', { making: ['image x86_64'] });
    expect(started({ waiting: [tcg('b')], running: [maker], reading, now: 1 })).toEqual([]);
    expect(started({ waiting: [tcg('b')], running: [maker], reading, now: 10 })).toEqual(['b']);
    const asking = running(tcg('a'), 'turn', { stageSince: 12 });
    const before = running(tcg('c'), 'turn', { stageSince: 11 });
    expect(decided({ running: [asking, running(tcg('b'), 'early')], reading, now: 12 }).boot).toEqual([]);
    expect(decided({ running: [asking, before], reading, now: 12 }).boot).toEqual(['c']);
  });
});
