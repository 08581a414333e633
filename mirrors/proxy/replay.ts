import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { contentPath } from './layout.ts';
import { WORK } from './plan.ts';
import type { RunRecord } from './records.ts';

/** Lays the answers of a past run out for nginx, each under its key; a file without content stands for what was absent. */
export async function layOut(packages: string, work: string, { answers, absent }: RunRecord): Promise<void> {
  const place = async (path: string, put: (path: string) => Promise<void>) => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await put(path);
  };
  for (const [key, sha256] of Object.entries(answers)) {
    await place(join(work, WORK.answers, key), (path) => symlink(contentPath(packages, sha256), path));
  }
  for (const key of absent) await place(join(work, WORK.absent, key), (path) => writeFile(path, ''));
}
