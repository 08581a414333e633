import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../errors.ts';
import { run } from '../process/command.ts';
import {
  type Configuration,
  digestOf,
  type Legaliser,
  readConfiguration,
  writeConfiguration,
} from './configuration.ts';

export interface KconfigPlace {
  /** The source tree; it is only read. */
  readonly tree: string;
  /** Where `make` leaves what it makes. */
  readonly objects: string;
  /** The folder below arch/ of the tree. */
  readonly srcarch: string;
  /** What is said to be off where it is not on: every option that a user can set. */
  readonly named: readonly string[];
  readonly signal: AbortSignal;
}

const ROUNDS = 5;

/**
 * Kconfig itself, by `make olddefconfig` with this host's make and compiler, until nothing changes. One after the other, each
 * configuration once.
 *
 * @throws HarnessError `kernel-config-unstable`, `command-failed`
 */
export function olddefconfig({ tree, objects, srcarch, named, signal }: KconfigPlace): Legaliser {
  const file = join(objects, '.config');
  const known = new Map<string, Configuration>();
  let before: Promise<unknown> = Promise.resolve();

  const settle = async (asked: Configuration): Promise<Configuration> => {
    await mkdir(objects, { recursive: true });
    let text = writeConfiguration(asked, named);
    await writeFile(file, text);
    for (let round = 0; round < ROUNDS; round += 1) {
      await run(['make', `--directory=${tree}`, `O=${objects}`, `ARCH=${srcarch}`, 'olddefconfig'], {
        signal,
        purpose: 'completing a configuration of the kernel',
      });
      const after = await readFile(file, 'utf8');
      if (after === text) return readConfiguration(after);
      text = after;
    }
    throw new HarnessError({
      code: 'kernel-config-unstable',
      message: `make olddefconfig still changes the configuration after ${ROUNDS} rounds`,
      evidence: file,
    });
  };

  return async (asked) => {
    const digest = digestOf(asked);
    const made = known.get(digest);
    if (made) return made;
    const mine = before.then(() => settle(asked));
    before = mine.catch(() => {});
    const values = await mine;
    known.set(digest, values);
    return values;
  };
}
