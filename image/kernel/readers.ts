import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a kernel was compiled of, and what each part of it looked at. */
export interface Readers {
  /** How many objects there are. */
  readonly objects: number;
  /** By option, the numbers of the objects in whose sources or headers it stands, whether it is on or off. */
  readonly of: ReadonlyMap<string, readonly number[]>;
}

/** As scripts/basic/fixdep of Linux writes into the `.cmd` beside an object what it has to be compiled again for. */
const READ = /\binclude\/config\/(\w+)/g;

/** Looks through a folder in which a kernel was built. Nothing where none was. */
export async function readersIn(folder: string): Promise<Readers | undefined> {
  const of = new Map<string, number[]>();
  const files: string[] = [];
  for await (const file of glob('**/.*.o.cmd', { cwd: folder })) files.push(file);
  for (const [number, file] of files.toSorted().entries()) {
    const text = await readFile(join(folder, file), 'utf8');
    for (const option of new Set(Array.from(text.matchAll(READ), ([, name]) => name as string))) {
      const known = of.get(option);
      if (known) known.push(number);
      else of.set(option, [number]);
    }
  }
  return files.length > 0 ? { objects: files.length, of } : undefined;
}

/** How many objects of a kernel with the one configuration have to be compiled again for the other. */
export function readingBetween(readers: Readers, one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) {
  const changed = [...new Set([...one.keys(), ...other.keys()])].filter((name) => one.get(name) !== other.get(name));
  return new Set(changed.flatMap((name) => readers.of.get(name) ?? [])).size;
}
