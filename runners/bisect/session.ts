import { UsageError } from '../errors.ts';
import { type Bench, type Judge, type Judgement, judgeOf } from './judge.ts';
import { type Candidate, realise } from './kconfig/candidate.ts';
import { type Configuration, digestOf, type Legaliser } from './kconfig/configuration.ts';
import { type Space, spaceOf } from './kconfig/space.ts';
import { paceOf } from './pace.ts';
import { type BisectEvent, type BisectStarted, type Book, bookOf, type Stamped } from './record.ts';
import type { Ask, Outcome, Wanted } from './search/ask.ts';
import { allOf, type Bits, bitsOf, membersOf, nameOf, sizeOf } from './search/bits.ts';
import type { Efforts } from './search/effort.ts';
import { type Lattice, latticeOf, type Rule } from './search/lattice.ts';
import type { RoundStart } from './search/search.ts';

/** What is to be found out. */
export interface Task {
  readonly good: Configuration;
  readonly bad: Configuration;
  readonly legalise: Legaliser;
  /** Which options anybody can set; all where absent. */
  readonly isChosen?: (name: string) => boolean;
  /** Which steps take others along, as far as it is known beforehand. */
  readonly rules?: (space: Space) => readonly Rule[];
  /** By step, the others that its value hangs on, as far as that is known beforehand. */
  readonly related?: (space: Space) => readonly Bits[];
  /** How much each step has compiled again; nothing where that is not known. */
  readonly efforts?: ((space: Space) => Promise<Efforts | undefined>) | undefined;
  readonly seed?: number;
  /** Whether one configuration may pass now and fail then: rates are measured, and each verdict is taken as often as it takes. */
  readonly flaky?: boolean;
  /** What else makes it this very search: what judges, the kernel's tree. Told in the record. */
  readonly identity: Readonly<Record<string, string>>;
}

/** What the whole search took, also before it was broken off. */
export interface Tally {
  readonly tests: number;
  readonly builds: number;
  readonly trials: number;
}

/** A search under way: the steps between two configurations, and what judges sets of them. */
export interface Session {
  readonly space: Space;
  readonly lattice: Lattice;
  readonly efforts: Efforts | undefined;
  /** What lies compiled in the trees of all builders, with the ends that were judged. */
  readonly trees: () => readonly Bits[] | undefined;
  readonly judge: Judge;
  readonly book: Book;
  readonly bench: Bench;
  readonly ask: Ask;
  /** Verdicts in the record on sets that this search did not ask about, as soon as it asks something new; each once. */
  readonly remembered: () => readonly Pick<Outcome, 'set' | 'verdict'>[];
  /** Judges the ends, good and bad, or only the good one. */
  readonly ends: (which: readonly ('good' | 'bad')[]) => Promise<readonly Judgement[]>;
  readonly tally: () => Tally;
  readonly digestOf: (set: Bits) => string | undefined;
  readonly onRound: (start: RoundStart) => void;
}

/**
 * Has Kconfig complete both ends and takes up what a record of the same task says.
 *
 * @throws UsageError `endpoints-alike`, `another-bisection`
 */
export async function openSession(task: Task, given: Bench, recorded: readonly Stamped[]): Promise<Session> {
  const space = spaceOf(await task.legalise(task.good), await task.legalise(task.bad), task.isChosen);
  const size = space.differences.length;
  if (size === 0) throw alike();
  const book = bookOf(recorded);
  const inRecord = book.steps.length;
  const tally = { tests: inRecord, builds: 0, trials: 0 };
  const pace = paceOf();
  for (const step of book.steps) pace.see(step);
  const counted = (event: BisectEvent) => {
    if (event.type === 'built' && !event.reused) tally.builds += 1;
    if (event.type === 'trial') tally.trials += 1;
  };
  const emit = (event: BisectEvent) => {
    counted(event);
    given.emit(event);
  };
  const bench = { ...given, emit };
  // What was done before the search was broken off was done for it as well.
  for (const event of recorded) counted(event);
  const now = startOf(task, bench, space);
  if (book.started) requireSame(now, book.started);
  // As it was known at the beginning: a search that goes on asks what it would have asked.
  const started = book.started ?? { ...now, efforts: await task.efforts?.(space), trees: await treesOf(bench, space) };
  if (!book.started) bench.emit(started);
  const { efforts } = started;
  let trees = started.trees?.map((made) => bitsOf(size, made));
  const judge = judgeOf(bench, book);
  const initial = latticeOf(size, task.rules?.(space) ?? []);
  const related = task.related?.(space);
  const digests = new Map<string, string>();
  let lattice = initial;
  let round = 0;

  // What stands in the record was told before the search was broken off. Found by its digest: another version of this program may go
  // on with other questions.
  const untold = [...book.steps];
  const retold = (digest: string) => {
    const at = untold.findIndex((step) => step.digest === digest);
    if (at >= 0) untold.splice(at, 1);
    return at >= 0;
  };
  const isGoingOver = () => untold.length > 0 && tally.tests === inRecord;
  const remembered = () => {
    if (isGoingOver()) return [];
    return untold.splice(0).flatMap(({ steps, verdict, digest }) => {
      if (!steps) return [];
      const set = bitsOf(size, steps);
      digests.set(nameOf(set), digest);
      return [{ set, verdict }];
    });
  };
  const treeOf = ({ digest }: Judgement) => book.built.get(digest)?.tree;
  const told = ({ purpose, set }: Wanted, made: Bits, judgement: Judgement) => {
    const { digest, verdict, because, built, trials, seconds } = judgement;
    digests.set(nameOf(made), digest);
    if (retold(digest)) return;
    tally.tests += 1;
    pace.see({ purpose, seconds });
    const sizes = { made: sizeOf(made), asked: sizeOf(set), steps: membersOf(made) };
    const reason = because === undefined ? {} : { because };
    bench.emit({
      ...{ type: 'step', number: tally.tests, round, purpose, digest, ...sizes },
      ...{ verdict, ...reason, built, trials, seconds },
    });
  };

  const ask: Ask = async (wanted) => {
    const candidates: Candidate[] = [];
    // One after the other: what is learnt of one is known for the next.
    for (const { set } of wanted) {
      const candidate = await realise(set, space, lattice, task.legalise, related);
      candidates.push(candidate);
      lattice = lattice.with(candidate.rules);
    }
    bench.signal.throwIfAborted();
    const usable = candidates.filter(({ strays }) => strays.length === 0);
    const judged = await judge.all(usable.map(({ values }) => values));
    return candidates.map((candidate, index) => {
      const judgement = judged[usable.indexOf(candidate)] ?? strayed(candidate);
      told(wanted[index] as Wanted, candidate.set, judgement);
      const { set, rules } = candidate;
      return { set, verdict: judgement.verdict, rules, tree: treeOf(judgement) };
    });
  };

  const ends: Session['ends'] = async (which) => {
    const judged = await judge.all(which.map((end) => space[end]));
    for (const [at, end] of which.entries()) {
      const set = end === 'good' ? bitsOf(size, []) : allOf(size);
      const judgement = judged[at] as Judgement;
      told({ set, purpose: 'endpoint' }, set, judgement);
      trees = trees?.map((before, tree) => (tree === treeOf(judgement) ? set : before));
    }
    return judged;
  };

  const onRound = (start: RoundStart) => {
    round = start.round;
    if (isGoingOver()) return;
    const { suspects, alone, share, testsLeft, heavy } = start;
    const terms = start.likeliest?.terms ?? [];
    const likeliest = terms.map((term) => term.map((step) => space.differences[step]?.name ?? ''));
    bench.emit({
      type: 'round',
      round,
      suspects,
      alone,
      likeliest,
      share,
      testsLeft,
      secondsLeft: Math.round(pace.left(testsLeft, { heavy, builders: bench.builders.length })),
    });
  };

  return {
    ...{ space, lattice: initial, efforts, judge, book, bench, ask, remembered, ends, onRound },
    trees: () => trees,
    tally: () => ({ ...tally }),
    digestOf: (set) => digests.get(nameOf(set)),
  };
}

/** The steps made in what lies compiled in the trees of all builders, where they tell. */
async function treesOf({ builders }: Bench, space: Space): Promise<BisectStarted['trees']> {
  const lying = (await Promise.all(builders.map(({ lies }) => lies?.() ?? []))).flat();
  return lying.length === 0 ? undefined : lying.map((values) => membersOf(space.stepsOf(values).set));
}

function startOf(task: Task, { builders, cells, error }: Bench, space: Space): BisectStarted {
  const { seed = 1, flaky = false, identity } = task;
  const ends = { good: digestOf(space.good), bad: digestOf(space.bad) };
  const how = { cells: cells.join(' '), builders: builders.length, seed, ...(flaky ? { error } : {}) };
  return { type: 'started', task: { ...identity, ...ends, ...how }, differences: space.differences.length };
}

function strayed({ values, strays }: Candidate): Judgement {
  const because = `Kconfig gives ${strays.slice(0, 3).join(', ')} a value that neither end has`;
  return { digest: digestOf(values), verdict: 'unresolved', because, built: false, trials: 0, seconds: 0 };
}

function requireSame({ task: now }: BisectStarted, { task: before }: BisectStarted): void {
  const other = Object.keys({ ...before, ...now }).filter((key) => before[key] !== now[key]);
  if (other.length === 0) return;
  const changes = other.map((key) => `${key} was ${before[key]} and is ${now[key]}`);
  throw new UsageError({
    code: 'another-bisection',
    message: `what is to be resumed is another search: ${changes.join(', ')}`,
    hint: 'give what was given then, or --start-over',
  });
}

function alike(): UsageError {
  return new UsageError({
    code: 'endpoints-alike',
    message: 'both configurations are the same, as Kconfig completes them: there is nothing to search',
  });
}
