import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HarnessError, UsageError } from '../../runners/errors.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import type { Plan } from '../../runners/matrix/plan.ts';

/** Flags by name with their values, as the command line has them; file names are absolute. */
export type FlagValues = Readonly<Record<string, readonly string[]>>;

/** What a run is, written down before it begins, so that it can go on as the same: `run.json` in its folder. */
export interface RunFile {
  readonly version: 1;
  readonly run: string;
  /** What was typed. */
  readonly flags: FlagValues;
  readonly plan: Pick<Plan, 'run' | 'skip'>;
  readonly options: RunOptions;
}

/** Written by us and by nobody else: what is looked for is what a crash, or a version before or after this one, can do to it. */
const schema = z.looseObject({
  version: z.literal(1),
  run: z.string(),
  flags: z.record(z.string(), z.array(z.string())),
  plan: z.looseObject({
    run: z.array(z.looseObject({ cell: z.looseObject({ id: z.string() }), expected: z.number() })),
    skip: z.array(z.looseObject({ because: z.string() })),
  }),
  options: z.looseObject({ cacheFolder: z.string(), outFolder: z.string() }),
});

const pathIn = (runPath: string) => join(runPath, 'run.json');

/** Writes it whole or not at all, and onto the disk: what a crash of the host leaves behind must say what it is. */
export function writeRunFile(runPath: string, file: RunFile): void {
  const path = pathIn(runPath);
  writeFileSync(`${path}.part`, JSON.stringify(file), { mode: 0o600 });
  const descriptor = openSync(`${path}.part`, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
  renameSync(`${path}.part`, path);
}

/** @throws UsageError `run-not-resumable` where there is none; HarnessError `run-file-damaged` */
export function readRunFile(runPath: string): RunFile {
  const path = pathIn(runPath);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UsageError({
      code: 'run-not-resumable',
      message: `${runPath} has no run.json: it was ended before it began, or made by a version that could not go on with a run`,
      hint: 'start it anew',
      cause,
    });
  }
  try {
    return schema.parse(JSON.parse(text)) as unknown as RunFile;
  } catch (cause) {
    throw new HarnessError({
      code: 'run-file-damaged',
      message: `${path} does not say what the run was: ${cause instanceof Error ? cause.message : cause}`,
      hint: 'start it anew',
      evidence: path,
      cause,
    });
  }
}
