import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { bootId } from './processes.ts';

/** What the accelerator's probe keeps in the cache folder: its answers, for as long as the host stays up. */

const proofSchema = z.object({
  accelerator: z.enum(['kvm', 'tcg']),
  /** One sentence for the reader: what was proven, or what is wrong with KVM. */
  because: z.string(),
  /** How long the guest took to its word. */
  seconds: z.number(),
});

const keptSchema = proofSchema.extend({ arch: z.string(), bootId: z.string() });

export type AcceleratorProof = Readonly<z.infer<typeof proofSchema>>;

/** An answer that is kept, for the reader. */
export interface KeptProof extends AcceleratorProof {
  /** Of the guest. */
  readonly arch: string;
  /** Absolute; once it is deleted, the next run probes anew. */
  readonly file: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const PROBES = 'probe-';

const fileOf = (cacheFolder: string, key: string) => join(cacheFolder, `accelerator-${key}.json`);

/** A file that is missing, damaged or of an earlier form is no answer. */
async function readKept(file: string): Promise<z.infer<typeof keptSchema> | undefined> {
  try {
    return keptSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** The answer that was kept under `key`. */
export async function readProof(cacheFolder: string, key: string): Promise<AcceleratorProof | undefined> {
  const kept = await readKept(fileOf(cacheFolder, key));
  return kept && proofSchema.parse(kept);
}

export async function keepProof(
  cacheFolder: string,
  key: string,
  arch: string,
  proof: AcceleratorProof,
): Promise<void> {
  await mkdir(cacheFolder, { recursive: true, mode: 0o700 });
  const file = fileOf(cacheFolder, key);
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify({ ...proof, arch, bootId: bootId() }, undefined, 2)}\n`);
  await rename(unfinished, file);
}

/** The answers of this boot of the host, which the next runs go by. */
export async function keptProofs(cacheFolder: string): Promise<readonly KeptProof[]> {
  const names = await readdir(cacheFolder).catch(() => []);
  const found: KeptProof[] = [];
  for (const name of names.filter((each) => /^accelerator-[0-9a-f]+\.json$/.test(each)).toSorted()) {
    const file = join(cacheFolder, name);
    const kept = await readKept(file);
    if (kept?.bootId === bootId()) found.push({ ...proofSchema.parse(kept), arch: kept.arch, file });
  }
  return found;
}

/** The start of the path of a probe's own folder. What probes left there that were killed goes: no probe takes a day. */
export async function probeFolderIn(cacheFolder: string): Promise<string> {
  const folder = join(cacheFolder, 'tmp');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of (await readdir(folder)).filter((each) => each.startsWith(PROBES))) {
    const path = join(folder, name);
    const made = await stat(path).catch(() => undefined);
    if (made && Date.now() - made.mtimeMs > DAY_MS) await rm(path, { recursive: true, force: true });
  }
  return join(folder, PROBES);
}
