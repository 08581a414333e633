import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { completed } from '../../../image/kernel/complete.ts';
import { kernels } from '../../../image/kernel/rows.ts';
import type { ImageArch } from '../../../image/recipe.ts';
import type { Workshop } from '../../../image/workshop/workshop.ts';
import { run } from '../../process/command.ts';
import {
  type Configuration,
  digestOf,
  type Legaliser,
  readConfiguration,
  writeConfiguration,
} from './configuration.ts';

/** Where Kconfig runs. Absolute paths. */
export interface KconfigPlace {
  /** The source tree; it is only read. */
  readonly tree: string;
  /** Where it leaves what it makes. */
  readonly objects: string;
  readonly arch: ImageArch;
  readonly signal: AbortSignal;
}

/** Runs `make olddefconfig` on the .config that lies in the folder of objects. */
export type Make = () => Promise<unknown>;

const PURPOSE = 'completing a configuration of the kernel';

/** With this host's make and compiler; for trees of which no kernel is built. */
export function hostMake({ tree, objects, arch, signal }: KconfigPlace): Make {
  const argv = [
    'make',
    `--directory=${tree}`,
    `O=${objects}`,
    `ARCH=${kernels[arch].srcarch}`,
    'olddefconfig',
  ] as const;
  return () => run(argv, { signal, purpose: PURPOSE });
}

/** In the workshop, with the compiler that builds the kernel: some options ask it what it can do. */
export function workshopMake({ tree, objects, arch, signal }: KconfigPlace, workshop: Workshop, prefix: string): Make {
  const argv = [
    ...(['make', '--directory=/work/source', 'O=/work/objects', `ARCH=${kernels[arch].srcarch}`] as const),
    ...[`CROSS_COMPILE=${prefix}`, `CC=${prefix}gcc`, 'olddefconfig'],
  ] as const;
  const binds = [
    { from: tree, to: 'source' },
    { from: objects, to: 'objects', writable: true },
  ];
  return () => workshop.run(argv, { purpose: PURPOSE, binds, signal, nice: 10 });
}

/** Runs that begin within so many milliseconds of the last one's end belong together. */
const TOGETHER = 10_000;
/** How many milliseconds lie between two things said. */
const PATIENCE = 30_000;

/** Tells how often it was run where many runs follow each other: it takes dozens to find out which options take which along. */
export function telling(make: Make, progress: (step: string) => void, now: () => number = Date.now): Make {
  let [runs, told, ended] = [0, 0, Number.NEGATIVE_INFINITY];
  return async () => {
    if (now() - ended > TOGETHER) [runs, told] = [0, now()];
    await make();
    ended = now();
    runs += 1;
    if (ended - told < PATIENCE) return;
    told = ended;
    progress(`asking Kconfig which options take others along: ${runs} runs so far`);
  };
}

/** What it drops besides are words about options that cannot be on. */
const isSame = (one: string, other: string) =>
  one === other || digestOf(readConfiguration(one)) === digestOf(readConfiguration(other));

/** @throws HarnessError `kernel-config-unstable`, `command-failed` */
export const settled = (objects: string, asked: string, make: Make): Promise<string> =>
  completed(asked, objects, make, isSame);

/**
 * Kconfig itself. One after the other, each configuration once.
 *
 * @param named what is said to be off where it is not on: every option that a user can set
 * @param texts is filled with what Kconfig wrote, by digest: who builds that has no more to complete
 * @throws HarnessError `kernel-config-unstable`, `command-failed`
 */
export function olddefconfig(
  objects: string,
  named: readonly string[],
  make: Make,
  texts = new Map<string, string>(),
): Legaliser {
  const known = new Map<string, Promise<Configuration>>();
  /** Texts after one run, by the digest of what was asked. */
  const guessed = new Map<string, Promise<string>>();
  let before: Promise<unknown> = Promise.resolve();

  const settle = async (asked: Configuration): Promise<Configuration> => {
    const text = await settledFrom(writeConfiguration(asked, named), await guessed.get(digestOf(asked)));
    const values = readConfiguration(text);
    texts.set(digestOf(values), text);
    known.set(digestOf(values), Promise.resolve(values));
    return values;
  };

  /** The first run of those to the fixpoint may have been made already. */
  const settledFrom = async (asked: string, guess: string | undefined): Promise<string> =>
    guess !== undefined && isSame(guess, asked) ? guess : await settled(objects, guess ?? asked, make);

  const once = async (asked: Configuration): Promise<string> => {
    const file = join(objects, '.config');
    await mkdir(objects, { recursive: true });
    await writeFile(file, writeConfiguration(asked, named));
    await make();
    return await readFile(file, 'utf8');
  };

  return (asked, { roughly } = { roughly: false }) => {
    const digest = digestOf(asked);
    const earlier = known.get(digest);
    if (earlier) return earlier;
    const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
      const made = before.then(run);
      before = made.catch(() => {});
      return made;
    };
    if (roughly) {
      const guess = guessed.get(digest) ?? inTurn(() => once(asked));
      guessed.set(digest, guess);
      return guess.then(readConfiguration);
    }
    const made = inTurn(() => settle(asked));
    known.set(digest, made);
    return made;
  };
}
