import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../../runners/errors.ts';

/** How often completing a configuration may change it again before it is given up. */
const ROUNDS = 5;

/**
 * The text of a configuration after `make olddefconfig`, again and again until it no longer changes. One call at a time: it lies
 * in the folder of objects, as `.config`.
 *
 * @param make runs olddefconfig on it
 * @param isSame whether nothing that matters has changed; to the byte where absent
 * @throws HarnessError `kernel-config-unstable`; and what `make` throws
 */
export async function completed(
  text: string,
  objects: string,
  make: () => Promise<unknown>,
  isSame = (one: string, other: string) => one === other,
): Promise<string> {
  const file = join(objects, '.config');
  await mkdir(objects, { recursive: true });
  await writeFile(file, text);
  let before = text;
  for (let round = 0; round < ROUNDS; round += 1) {
    await make();
    const after = await readFile(file, 'utf8');
    if (isSame(after, before)) return after;
    before = after;
  }
  throw new HarnessError({
    code: 'kernel-config-unstable',
    message: `make olddefconfig still changes the configuration after ${ROUNDS} rounds`,
    evidence: file,
  });
}
