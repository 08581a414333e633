import { createHash } from 'node:crypto';

/** The values of a .config as they are written there, by name without CONFIG_. What is off is not in it. */
export type Configuration = ReadonlyMap<string, string>;

/**
 * Brings a configuration to one that Kconfig leaves as it is, `make olddefconfig` until nothing changes. What it lacks is asked off.
 *
 * @param how `roughly`: as the first run leaves it, which nearly always is the same
 */
export type Legaliser = (asked: Configuration, how?: { readonly roughly: boolean }) => Promise<Configuration>;

/** For where there is no source tree: every configuration is taken for legal. */
export const asItIs: Legaliser = async (asked) => asked;

export function readConfiguration(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^CONFIG_(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== '' && value !== 'n') values.set(name, value);
  }
  return values;
}

/** The text of a .config; `named` are said to be off where they are, since what is not named at all comes out as its default. */
export function writeConfiguration(values: Configuration, named: Iterable<string> = []): string {
  const off = [...named].filter((name) => !values.has(name)).map((name) => `# CONFIG_${name} is not set`);
  return [...[...values].map(([name, value]) => `CONFIG_${name}=${value}`), ...off, ''].join('\n');
}

/** SHA-256 of all values, in whichever order they stand. */
export function digestOf(values: Configuration): string {
  const lines = [...values].map(([name, value]) => `${name}=${value}\n`).toSorted();
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** In how many options two configurations differ. */
export function distance(a: Configuration, b: Configuration): number {
  let same = 0;
  for (const [name, value] of a) if (b.get(name) === value) same += 1;
  const names = a.size + [...b.keys()].filter((name) => !a.has(name)).length;
  return names - same;
}
