import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseFragments } from '../image/kernel/fragment.ts';
import { type Configuration, readConfiguration } from '../runners/bisect/kconfig/configuration.ts';
import { UsageError } from '../runners/errors.ts';
import { textOf } from './bisecting.ts';
import type { Context } from './commands.ts';
import type { Parsed } from './flags.ts';

/** What a configuration can be called by besides the name of its file. */
export interface Names {
  /** What is meant where nothing is typed; nothing where something has to be. */
  readonly usual?: () => Promise<Configuration>;
  /** @returns nothing for a name that it does not know. */
  readonly named?: (typed: string) => Promise<Configuration | undefined>;
  /** How that reads in an error. */
  readonly kinds?: string;
}

/**
 * The configuration of an end: a file; a fragment (*.fragment) on top of another configuration; or a name, where names are known.
 *
 * @param under what a fragment goes on top of
 * @throws UsageError `no-such-file`, `flag-missing`, `fragment-of-nothing`
 */
export async function endpointOf(
  parsed: Parsed,
  flag: string,
  { cwd }: Pick<Context, 'cwd'>,
  names: Names,
  under?: Configuration,
): Promise<Configuration> {
  const typed = textOf(parsed, flag);
  if (typed === undefined) {
    if (names.usual) return await names.usual();
    throw new UsageError({ code: 'flag-missing', message: `--${flag} FILE is missing` });
  }
  const path = resolve(cwd, typed);
  if (!existsSync(path)) {
    const found = await names.named?.(typed);
    if (found) return found;
  }
  const text = read(path, flag, typed, names.kinds);
  if (!path.endsWith('.fragment')) return readConfiguration(text);
  const base = under ?? (await names.usual?.());
  if (base) return onTop(base, text, path);
  throw new UsageError({
    code: 'fragment-of-nothing',
    message: `--${flag} ${typed}: a fragment goes on top of a configuration, and there is none below this one`,
    hint: 'give a whole configuration',
  });
}

/** A configuration with what a fragment asks on top. */
export function onTop(base: Configuration, text: string, name: string): Configuration {
  const values = new Map(base);
  const written = readConfiguration(text);
  for (const { name: option, value } of parseFragments([{ name, text }])) {
    if (value === 'n') values.delete(option);
    else values.set(option, written.get(option) ?? value);
  }
  return values;
}

function read(path: string, flag: string, typed: string, kinds: string | undefined): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError({
      code: 'no-such-file',
      message: `--${flag} ${typed}: it cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      ...(kinds === undefined ? {} : { hint: `give ${kinds}` }),
    });
  }
}
