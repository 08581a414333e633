import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { bisect } from './bisect.ts';
import { court, Killed, taskOf } from './court.test-support.ts';
import type { Configuration } from './kconfig/configuration.ts';
import { on } from './kconfig/kconfig.test-support.ts';
import { minimise } from './minimise.ts';
import { membersOf } from './search/bits.ts';
import type { Verdict } from './search/evidence.ts';
import { randomFrom } from './search/random.ts';
import { openSession } from './session.ts';

/** Hundreds of searches; on a host that is busy they take their time. */
vi.setConfig({ testTimeout: 180_000 });

const names = Array.from({ length: 40 }, (_, index) => `O${index}`);
const anyName = fc.nat(names.length - 1).map((index) => `O${index}`);
const anyCulprits = fc.array(fc.uniqueArray(anyName, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 });

/** Fails where all options of any culprit are off. */
const offFails = (culprits: readonly (readonly string[])[]) => (values: Configuration) =>
  culprits.some((culprit) => culprit.every((name) => !values.has(name))) ? 'fail' : 'pass';

test('killed before any piece of work and resumed: the same answer, and nothing done twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyCulprits,
      fc.nat(60),
      fc.nat(60),
      fc.integer({ min: 1, max: 4 }),
      fc.option(fc.array(fc.nat(100), { minLength: names.length, maxLength: names.length }), { nil: undefined }),
      async (culprits, first, more, builders, kinds) => {
        const read = names.map((_, at) => [at, (at + 1) % names.length]);
        const task = taskOf(names, kinds ? { efforts: async () => ({ whole: 100, kinds, of: read, own: [] }) } : {});
        // What is known of them by now is not what the search went by.
        const later = taskOf(names, {
          efforts: async () => ({ whole: 1, kinds: [1], of: names.map(() => [0]), own: [] }),
        });
        const lies = [on(names.slice(7)), on(names.slice(0, 9))];
        const whole = court(offFails(culprits), { builders, lies });
        const answer = await bisect(task, whole.bench);

        const dying = court(offFails(culprits), { builders, lies, dieAt: first });
        const again = court(offFails(culprits), { builders, dieAt: more });
        const last = court(offFails(culprits), { builders });
        const survived = async (run: Promise<unknown>) => {
          try {
            await run;
          } catch (error) {
            if (!(error instanceof Killed)) throw error;
          }
        };
        await survived(bisect(task, dying.bench));
        await survived(bisect(later, again.bench, dying.events));
        const resumed = await bisect(later, last.bench, [...dying.events, ...again.events]);

        expect(resumed.minimal).toEqual(answer.minimal);
        expect(resumed.proof).toEqual(answer.proof);
        expect(resumed.counts).toEqual(answer.counts);
        const work = [...dying.work, ...again.work, ...last.work];
        expect(work.toSorted()).toEqual(whole.work.toSorted());
        const steps = [...dying.events, ...again.events, ...last.events].filter(({ type }) => type === 'step');
        expect(steps.map((step) => step.type === 'step' && step.digest)).toEqual(
          whole.events.filter(({ type }) => type === 'step').map((step) => step.type === 'step' && step.digest),
        );
      },
    ),
    { numRuns: 25 },
  );
});

test('gone on with by a version that asks other questions, it knows what was found out, and each test is told', async () => {
  const whole = court(offFails([['O7']]));
  const { counts, minimal } = await bisect(taskOf(names), whole.bench);
  const dying = court(offFails([['O7']]), { dieAt: whole.work.length - 2 });
  await expect(bisect(taskOf(names), dying.bench)).rejects.toThrow(Killed);
  // The questions in between are none that this version asks.
  const other = dying.events.map((event) =>
    event.type === 'step' && event.purpose === 'search' ? { ...event, digest: `${event.digest}-of-before` } : event,
  );
  const last = court(offFails([['O7']]));
  const resumed = await bisect(taskOf(names), last.bench, other);
  const before = other.filter((event) => event.type === 'step' && event.purpose === 'search').length;
  expect(before).toBeGreaterThan(0);
  // Not all over again: a question or two of its own, and the proof.
  expect(resumed.counts.tests).toBeLessThan(counts.tests + before / 2);
  expect(resumed.minimal).toEqual(minimal);
  expect(resumed.proven && resumed.complete).toBe(true);
  const numbers = [...other, ...last.events].flatMap((event) => (event.type === 'step' ? [event.number] : []));
  expect(numbers).toEqual(Array.from({ length: resumed.counts.tests }, (_, at) => at + 1));
});

test('an end that is built takes the place of what lay in its tree', async () => {
  const lies = [on(names.slice(7)), on(names.slice(0, 9))];
  const { bench, events } = court(offFails([['O7']]), { builders: 1, lies });
  const session = await openSession(taskOf(names), bench, []);
  const trees = session.trees()?.map(membersOf);
  expect(trees).toEqual([[...names.keys()].slice(0, 7), [...names.keys()].slice(9)]);
  await session.ends(['bad']);
  const tree = events.flatMap((event) => (event.type === 'built' ? [event.tree ?? -1] : []))[0] ?? -1;
  expect(session.trees()?.map(membersOf)).toEqual(trees?.with(tree, [...names.keys()]));
});

test('a search that goes on tells what is left by what its tests took before', async () => {
  const slow = (dieAt?: number) => {
    const tried = court(offFails([['O7']]), { builders: 1, ...(dieAt ? { dieAt } : {}) });
    let time = 0;
    // Each look at the clock is ten seconds after the last.
    return { ...tried, bench: { ...tried.bench, now: () => (time += 10_000) } };
  };
  const leftOf = ({ events }: ReturnType<typeof court>) =>
    events.flatMap((event) => (event.type === 'round' ? [event.secondsLeft] : []));
  const whole = slow();
  await bisect(taskOf(names), whole.bench);
  const dying = slow(8);
  await expect(bisect(taskOf(names), dying.bench)).rejects.toThrow(Killed);
  const last = slow();
  await bisect(taskOf(names), last.bench, dying.events);
  expect(leftOf(last)[0]).toBe(leftOf(whole)[leftOf(dying).length - 1]);
  expect(leftOf(last)[0]).toBeGreaterThan(0);
});

test.each(Object.entries({ bisect, minimise }))(
  '%s tells of the whole kernel that a heavy option will take',
  async (_name, way) => {
    const leftWith = async (kind: number) => {
      const { bench, events } = court(offFails([['O7']]), { builders: 1 });
      const of = names.map((name) => (name === 'O7' ? [0] : []));
      let time = 0;
      const task = taskOf(names, { efforts: async () => ({ whole: 1000, kinds: [kind], of, own: [] }) });
      await way(task, { ...bench, now: () => (time += 10_000) });
      const [round] = events.flatMap((event) => (event.type === 'round' ? [event] : []));
      const end = events.find((event) => event.type === 'step');
      return { more: (round?.secondsLeft ?? 0) - (round?.testsLeft ?? 0) * (end?.seconds ?? 0), end: end?.seconds };
    };
    expect((await leftWith(10)).more).toBe(0);
    const { more, end } = await leftWith(900);
    expect(more).toBe(end);
    expect(more).toBeGreaterThan(0);
  },
);

test('configurations that compile to the same kernel cost no second trial', async () => {
  const culprit = 'O7';
  // Odd options compile to nothing.
  const signatureOf = (values: Configuration) =>
    [...values.keys()].filter((name) => Number(name.slice(1)) % 2 === 1).join();
  const { bench, work } = court(offFails([[culprit]]), { signatureOf });
  const { minimal } = await bisect(taskOf(names), bench);
  expect(minimal.map(({ options }) => options.map(({ name }) => name))).toEqual([[culprit]]);
  expect(new Set(work).size).toBe(work.length);
});

test.each([
  ['good', () => 'fail', 'good-fails', /the good configuration fails; nothing/],
  ['bad', () => 'pass', 'bad-passes', /the bad configuration passes; nothing/],
  ['both', (values: Configuration) => (values.size === 0 ? 'pass' : 'fail'), 'good-fails', /they are exchanged/],
] as const)('%s wrong: refused before anything is searched, naming it', async (_, verdictOf, code, words) => {
  const { bench, work } = court(verdictOf as (values: Configuration) => Verdict);
  await expect(bisect(taskOf(names), bench)).rejects.toMatchObject({
    fault: 'usage',
    code,
    message: expect.stringMatching(words),
  });
  expect(work).toHaveLength(4);
});

test('ends that are the same and another search than the recorded one are refused', async () => {
  const { bench, events } = court(offFails([['O1']]));
  await expect(bisect({ ...taskOf(names), bad: on(names) }, bench)).rejects.toMatchObject({ code: 'endpoints-alike' });
  await bisect(taskOf(names), bench);
  const other = taskOf(names.slice(1));
  await expect(bisect(other, court(offFails([['O1']])).bench, events)).rejects.toMatchObject({
    code: 'another-bisection',
    message: expect.stringContaining('good was'),
  });
});

test('one that breaks it only every other time is found, as surely as is said', async () => {
  let wrong = 0;
  const runs = 40;
  for (let run = 1; run <= runs; run += 1) {
    const random = randomFrom(run);
    const culprits = [[`O${run % 40}`], ...(run % 3 === 0 ? [[`O${(run * 7 + 1) % 40}`, 'O39']] : [])];
    const verdictOf = (values: Configuration) =>
      offFails(culprits)(values) === 'fail' && random() < 0.5 ? 'fail' : 'pass';
    const { bench } = court(verdictOf, { error: 0.01 / 100 });
    const { minimal, proven, confidence } = await bisect(taskOf(names, { flaky: true }), bench);
    expect(confidence).toBeGreaterThan(0.99);
    expect(confidence).toBeLessThan(1);
    const found = minimal.map(({ options }) =>
      options
        .map(({ name }) => name)
        .toSorted()
        .join(),
    );
    const least = culprits.filter(
      (one) => !culprits.some((other) => other !== one && other.every((name) => one.includes(name))),
    );
    const right = [...new Set(least.map((culprit) => [...new Set(culprit)].toSorted().join()))];
    if (!proven || found.toSorted().join(' ') !== right.toSorted().join(' ')) wrong += 1;
  }
  expect(wrong).toBe(0);
});
