import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { UsageError } from '../runners/errors.ts';
import { type StandIn, standInSchema } from './makers/stand-in.ts';

const home = join(import.meta.dirname, 'standins');

/**
 * The distributions that have a stand-in: a miniature of their archive, made here from packages of Debian. Each is a file of
 * its name.
 */
export function standIns(folder: string = home): ReadonlySet<string> {
  if (!existsSync(folder)) return new Set();
  return new Set(readdirSync(folder).map((name) => name.split('.')[0] ?? name));
}

/**
 * The row of a distribution that has one.
 *
 * @throws UsageError `stand-in-invalid`: every problem with its file.
 */
export function readStandIn(id: string, folder: string = home): StandIn {
  const file = join(folder, `${id}.yaml`);
  let said: string;
  try {
    const read = standInSchema.safeParse(parse(readFileSync(file, 'utf8')));
    if (read.success) return read.data;
    said = z.prettifyError(read.error);
  } catch (error) {
    said = error instanceof Error ? error.message : String(error);
  }
  throw new UsageError({
    code: 'stand-in-invalid',
    message: `${file}: ${said}`,
    hint: 'the columns and what they mean are in mirrors/makers/stand-in.ts',
    evidence: file,
  });
}
