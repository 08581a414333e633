import { copyFile, rename, rm } from 'node:fs/promises';

/** Moves a file, also to another filesystem; the new name appears with the whole file behind it or not at all. */
export async function moveFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const draft = `${to}.${process.pid}`;
    await copyFile(from, draft);
    await rename(draft, to);
    await rm(from);
  }
}
