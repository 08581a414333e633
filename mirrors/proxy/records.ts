import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { HarnessError, UsageError } from '../../runners/errors.ts';
import { contentPath, runPath } from './layout.ts';

const schema = z.strictObject({
  run: z.string(),
  /** ISO 8601 */
  began: z.string(),
  /** The addresses of the archives. */
  archives: z.array(z.string()),
  /** The cells whose installers came to a good end, all by these answers. */
  installed: z.array(z.string()),
  /** By key, the SHA-256 of the answer. */
  answers: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
  /** Keys of what no mirror had. */
  absent: z.array(z.string()),
});

/** What a run was answered: enough to answer it the same once more. */
export type RunRecord = Readonly<z.infer<typeof schema>>;

export async function writeRecord(packages: string, record: RunRecord): Promise<void> {
  const path = runPath(packages, record.run);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, JSON.stringify(record), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/**
 * The newest record by which all these cells were installed, or that of a run.
 *
 * @throws UsageError `nothing-to-replay`; HarnessError `record-damaged`, `replay-incomplete`
 */
export async function findRecord(
  packages: string,
  wanted: { readonly cells: readonly string[]; readonly run?: string },
) {
  const { cells, run } = wanted;
  const names = await readdir(dirname(runPath(packages, '-'))).catch((): string[] => []);
  const runs = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  // Their names begin with the time.
  for (const each of runs.toSorted().toReversed()) {
    if (run !== undefined && each !== run) continue;
    const record = await readRecord(packages, each);
    if (!cells.every((cell) => record.installed.includes(cell))) continue;
    await requireWhole(packages, record);
    return record;
  }
  throw new UsageError({
    code: 'nothing-to-replay',
    message: `${run === undefined ? 'no earlier run' : `no run ${run}`} installed ${cells.join(', ')} through the package proxy of this cache`,
    hint: 'run the same once with the network and without --offline; --fresh has it install what is installed already',
    command: `./stub-matrix run --fresh ${cells.map((cell) => `--cell ${cell}`).join(' ')}`,
  });
}

async function readRecord(packages: string, run: string): Promise<RunRecord> {
  const path = runPath(packages, run);
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (cause) {
    throw new HarnessError({
      code: 'record-damaged',
      message: `${path} is no record of a run: ${cause instanceof Error ? cause.message : cause}`,
      hint: 'remove it; an older run will be replayed',
      evidence: path,
      cause,
    });
  }
}

async function requireWhole(packages: string, { run, answers }: RunRecord): Promise<void> {
  for (const [key, sha256] of Object.entries(answers)) {
    const path = contentPath(packages, sha256);
    if (await stat(path).catch(() => undefined)) continue;
    throw new HarnessError({
      code: 'replay-incomplete',
      message: `run ${run} cannot be replayed: http://${key} is gone from ${join(packages, 'content')}`,
      hint: 'run the same once with the network and without --offline',
      evidence: path,
    });
  }
}
