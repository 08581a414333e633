import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RunRegister } from '../../runners/host/run-register.ts';

/**
 * A folder that is filled once and kept beside the store: what the store keeps packed, laid out to be worked with. It appears
 * whole, by a rename; of two that fill it at a time the first wins. May be deleted at any time nobody works in it.
 */
export async function unpackedOnce(
  folder: string,
  register: RunRegister,
  fill: (draft: string) => Promise<void>,
): Promise<string> {
  if (existsSync(folder)) return folder;
  const draft = `${folder}.${randomUUID()}`;
  await mkdir(dirname(folder), { recursive: true, mode: 0o755 });
  using _entry = register.folder(draft);
  try {
    await mkdir(draft);
    await fill(draft);
    await rename(draft, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return folder;
}
