import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../errors.ts';
import { moveFile } from '../process/files.ts';

function diskOf(cacheFolder: string, cell: string): string {
  return join(cacheFolder, 'disks', `${cell}.qcow2`);
}

/** Keeps the disk of a cell that was installed, in place of the one before: `shell` boots it. */
export async function keepDisk(cacheFolder: string, cell: string, disk: string): Promise<void> {
  const kept = diskOf(cacheFolder, cell);
  await mkdir(dirname(kept), { recursive: true, mode: 0o700 });
  await moveFile(disk, kept);
}

/** @throws UsageError `cell-not-installed` */
export function keptDisk(cacheFolder: string, cell: string): string {
  const disk = diskOf(cacheFolder, cell);
  if (existsSync(disk)) return disk;
  throw new UsageError({
    code: 'cell-not-installed',
    message: `${cell} has not been installed by any run with this cache folder (${cacheFolder})`,
    hint: 'run the cell first; its disk is kept when the installer ends well',
    command: `./stub-matrix run --cell ${cell}`,
  });
}
