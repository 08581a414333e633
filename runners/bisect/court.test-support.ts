import type { Builder, Tester } from './builders/builder.ts';
import type { Bench } from './judge.ts';
import { asItIs, type Configuration, digestOf } from './kconfig/configuration.ts';
import { on } from './kconfig/kconfig.test-support.ts';
import type { BisectEvent, Stamped } from './record.ts';
import type { Verdict } from './search/evidence.ts';
import type { Task } from './session.ts';

/** Thrown by a court that is told to die at a certain trial. */
export class Killed extends Error {}

/** A bench that judges configurations in this process, counts what it is asked, and may be killed before any piece of work. */
export function court(
  verdictOf: (values: Configuration) => Verdict,
  {
    builders = 3,
    dieAt = Number.POSITIVE_INFINITY,
    signatureOf = digestOf,
    error = 0.0001,
    lies = [] as readonly Configuration[],
  } = {},
) {
  const events: Stamped[] = [];
  const work: string[] = [];
  const begin = (name: string) => {
    if (work.length >= dieAt) throw new Killed();
    work.push(name);
  };
  const builder: Builder = {
    makings: 'none',
    lies: async () => lies,
    build: async (values) => {
      const signature = signatureOf(values);
      begin(`build ${digestOf(values)}`);
      configurations.set(signature, values);
      const tree = Number.parseInt(digestOf(values).slice(0, 1), 16) % 2;
      // A file that is there: one that is gone is built again.
      return { kind: 'built', signature, image: import.meta.filename, tree };
    },
  };
  const tester: Tester = async ({ signature }, cell) => {
    begin(`trial ${signature} ${cell}`);
    return { verdict: verdictOf(configurations.get(signature) ?? new Map()) };
  };
  const bench: Bench = {
    builders: Array.from({ length: builders }, () => builder),
    tester,
    cells: ['cell'],
    error,
    signal: new AbortController().signal,
    emit: (event: BisectEvent) => events.push({ time: 0, ...event } as Stamped),
    now: () => 0,
  };
  return { bench, events, work };
}

/** What earlier courts have built: a kernel outlives who built it. */
const configurations = new Map<string, Configuration>();

/** Everything on in the good configuration, everything off in the bad one. */
export function taskOf(names: readonly string[], more: Partial<Task> = {}): Task {
  return { good: on(names), bad: new Map(), legalise: asItIs, identity: {}, ...more };
}
