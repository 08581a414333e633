import { stat } from 'node:fs/promises';
import { relative } from 'node:path';
import { hashFile } from '../../../image/contract.ts';
import { run } from '../../process/command.ts';
import { placeOf } from '../../store/layout.ts';
import { readManifest } from '../../store/manifest.ts';
import type { Absent, Bytes } from './manifest.ts';

/**
 * Up to this size, in bytes, a part is in every capsule: kernels, initramfses, layers. Not images and installed systems, which
 * the store has: reports are uploaded and kept, and a bad night would leave gigabytes a cell.
 */
export const SMALL = 64 * 2 ** 20;

/** KIND/KEY/GENERATION/FILE */
const STORED = /^([^/]+)\/([0-9a-f]{20})\/([1-9]\d*)\/(.+)$/;

/** A file of the store by its name there and its bytes, which were hashed when they were made; nothing for another file. */
export async function storedAs(path: string, cacheFolder: string): Promise<Absent | undefined> {
  const [, kind, key, generation, file] = STORED.exec(relative(cacheFolder, path)) ?? [];
  if (!kind || !key || !file) return undefined;
  const manifest = await readManifest(placeOf(cacheFolder, kind, key), Number(generation));
  const found = 'problem' in manifest ? undefined : manifest.files[file];
  return found && 'size' in found ? { ...found, store: { kind, key, file }, was: path } : undefined;
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
