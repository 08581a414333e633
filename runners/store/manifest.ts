import { readFileSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Looks } from './contents.ts';
import { keyOf } from './inputs.ts';
import { checkedPath, generationFolder, MANIFEST, type Place } from './layout.ts';

const manifestSchema = z.strictObject({
  format: z.literal(1),
  kind: z.string(),
  key: z.string(),
  /** What a person calls it: a cell's id, an architecture. Not among the inputs. */
  label: z.string().optional(),
  inputs: z.record(z.string(), z.json()),
  made: z.strictObject({
    at: z.iso.datetime(),
    /** Program and version. */
    by: z.string(),
    /** How long the making took. */
    seconds: z.number(),
  }),
  files: z.record(
    z.string(),
    z.union([z.strictObject({ size: z.int(), sha256: z.string() }), z.strictObject({ link: z.string() })]),
  ),
});

/** What stands beside the files of an entry: what went in, who made it when, and what came out. */
export type Manifest = Readonly<z.infer<typeof manifestSchema>>;

/** The manifest of a generation, or what is wrong with it. */
export async function readManifest(place: Place, generation: number): Promise<Manifest | { readonly problem: string }> {
  try {
    const manifest = manifestSchema.parse(
      JSON.parse(await readFile(join(generationFolder(place, generation), MANIFEST), 'utf8')),
    );
    if (manifest.kind === place.kind && manifest.key === place.key && keyOf(manifest.inputs) === place.key)
      return manifest;
    return { problem: `${MANIFEST}: is that of ${manifest.kind}/${keyOf(manifest.inputs)}` };
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : String(error);
    return { problem: `${MANIFEST}: ${words}` };
  }
}

/** Refuses to write over a file of that name that a builder left. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
}

const looksSchema = z.record(z.string(), z.string());

/** How the files looked when they were last hashed; `undefined` where that is not known. */
export async function readLooks(place: Place, generation: number): Promise<Looks | undefined> {
  try {
    return looksSchema.parse(JSON.parse(await readFile(checkedPath(place, generation), 'utf8')));
  } catch {
    return undefined;
  }
}

/** In a cache that can only be read it is not remembered, and hashed again next time. */
export async function writeLooks(place: Place, generation: number, looks: Looks): Promise<void> {
  const path = checkedPath(place, generation);
  const draft = `${path}.${process.pid}`;
  try {
    await writeFile(draft, JSON.stringify(looks), { mode: 0o600 });
    await rename(draft, path);
  } catch {
    await forgetLooks(place, generation);
  }
}

export async function forgetLooks(place: Place, generation: number): Promise<void> {
  const path = checkedPath(place, generation);
  for (const each of [path, `${path}.${process.pid}`]) await rm(each, { force: true }).catch(() => {});
}

/** Our name and version, as `made.by` has it. */
export function madeBy(): string {
  const file = new URL('../../package.json', import.meta.url);
  const { name, version } = z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(readFileSync(file, 'utf8')));
  return `${name} ${version}`;
}
