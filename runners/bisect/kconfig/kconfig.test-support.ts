import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KconfigTree, readKconfig } from '../../../image/kernel/kconfig/tree.ts';
import type { Configuration } from './configuration.ts';

/** The options of a source tree with nothing but this Kconfig file. */
export async function kconfigOf(text: string): Promise<KconfigTree> {
  const folder = await mkdtemp(join(tmpdir(), 'kconfig-'));
  try {
    await writeFile(join(folder, 'Kconfig'), text);
    return await readKconfig(folder, 'x86');
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A configuration with these options built in. */
export const on = (names: Iterable<string>): Configuration => new Map([...names].map((name) => [name, 'y']));
