import { readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { z } from 'zod';
import { hashFile } from '../../../image/contract.ts';
import { run } from '../../process/command.ts';
import type { Absent, Bytes } from './manifest.ts';

/**
 * Up to this size, in bytes, a part is in every capsule: kernels, initramfses, layers. Not images and installed systems, which
 * the store has: reports are uploaded and kept, and a bad night would leave gigabytes a cell.
 */
export const SMALL = 64 * 2 ** 20;

/** Of an entry's manifest in the store, what is of interest here. */
const entrySchema = z.object({ files: z.record(z.string(), z.object({ size: z.int(), sha256: z.string() })) });

/** KIND/KEY/GENERATION/FILE */
const STORED = /^([^/]+)\/([0-9a-f]{20})\/[1-9]\d*\/(.+)$/;

/** A file by its bytes, and by its place in the store where it has one: those were hashed when they were made. */
export async function describe(path: string, cacheFolder: string): Promise<Absent> {
  const [, kind, key, file] = STORED.exec(relative(cacheFolder, path)) ?? [];
  if (kind && key && file) {
    const manifest = join(path.slice(0, -file.length), 'manifest.json');
    const entry = await readFile(manifest, 'utf8').then((text) => entrySchema.safeParse(JSON.parse(text)).data);
    const found = entry?.files[file];
    if (found) return { ...found, store: { kind, key, file }, was: path };
  }
  return { ...(await bytesOf(path)), was: path };
}

export async function bytesOf(path: string): Promise<Bytes> {
  return { size: (await stat(path)).size, sha256: await hashFile(path) };
}

/** Copies a file and its holes; at no cost where the filesystem can share the bytes. */
export async function copySparse(from: string, to: string, signal?: AbortSignal): Promise<void> {
  await run(['cp', '--reflink=auto', '--sparse=always', '--', from, to], {
    purpose: `copying ${from}`,
    ...(signal ? { signal } : {}),
  });
}
