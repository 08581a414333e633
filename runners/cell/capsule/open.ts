import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../../errors.ts';
import { type Absent, type Bytes, capsuleDamaged, type Manifest, readManifest, writeManifest } from './manifest.ts';
import { bytesOf, copySparse } from './parts.ts';

/** A capsule whose every byte is what it was when it was made. */
export interface OpenCapsule {
  readonly folder: string;
  readonly manifest: Manifest;
  /** The absolute path of a part, by its path in the capsule. */
  readonly path: (part: string) => string;
}

/**
 * Reads and verifies a capsule; what it only names is looked for in the store, then where it was.
 *
 * @throws UsageError `no-capsule`; HarnessError `capsule-damaged`, `capsule-incomplete`, each naming the file.
 */
export async function openCapsule(folder: string, cacheFolder: string): Promise<OpenCapsule> {
  const manifest = await readManifest(folder);
  for (const [file, bytes] of Object.entries(manifest.files)) {
    const wrong = await differenceOf(join(folder, file), bytes);
    if (wrong) throw capsuleDamaged(folder, `${file}: ${wrong}`);
  }
  const elsewhere = new Map<string, string>();
  for (const [part, absent] of Object.entries(manifest.absent)) {
    elsewhere.set(part, await find(part, absent, cacheFolder, folder));
  }
  return { folder, manifest, path: (part) => elsewhere.get(part) ?? join(folder, part) };
}

/** Puts into the capsule what it only names, so that it opens on another host. */
export async function completeCapsule({ folder, manifest, path }: OpenCapsule, signal: AbortSignal): Promise<void> {
  const files: Record<string, Bytes> = { ...manifest.files };
  for (const [part, { size, sha256 }] of Object.entries(manifest.absent)) {
    await copySparse(path(part), join(folder, part), signal);
    files[part] = { size, sha256 };
  }
  await writeManifest(folder, { ...manifest, files, absent: {} });
}

async function differenceOf(path: string, { size, sha256 }: Bytes): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return 'it is missing';
  if (found.size !== size) return `${found.size} bytes instead of ${size}`;
  return (await bytesOf(path)).sha256 === sha256 ? undefined : 'its SHA-256 differs';
}

async function find(part: string, absent: Absent, cacheFolder: string, folder: string): Promise<string> {
  const { store, was } = absent;
  const entry = store && join(cacheFolder, store.kind, store.key);
  const generations = entry ? (await readdir(entry).catch(() => [])).filter((name) => /^\d+$/.test(name)) : [];
  const places = [...generations.map((each) => join(entry ?? '', each, store?.file ?? '')), was];
  const wrong: string[] = [];
  for (const place of new Set(places)) {
    const difference = await differenceOf(place, absent);
    if (!difference) return place;
    wrong.push(`${place}: ${difference}`);
  }
  const name = store ? `${store.kind}/${store.key}` : was;
  throw new HarnessError({
    code: 'capsule-incomplete',
    message: `the capsule ${folder} names its ${part}, which is ${name}, and that is not on this host: ${wrong.join('; ')}`,
    hint: 'on the host where it was made, put it into the capsule, or run the cell again with --with-image',
    command: `./stub-matrix reopen --with-image ${folder}`,
  });
}
