import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KeyPair, readKeyPair } from '../channels/ssh/keys.ts';
import { UsageError } from '../errors.ts';
import type { RunRegister } from '../host/run-register.ts';
import { moveFile } from '../process/files.ts';

/** What an install left: the disk, and what is needed to get in. */
export interface InstalledDisk {
  /** Absolute path of a qcow2; not to be written to. */
  readonly disk: string;
  /** The pair whose public key the installed system lets in. */
  readonly keys: KeyPair;
  /** SSH's host key, which the installed system took over from the stub; base64. */
  readonly hostKey: string;
}

function folderOf(cacheFolder: string, cell: string): string {
  return join(cacheFolder, 'disks', cell);
}

/** Keeps what a cell installed, in place of what it installed before; `shell` boots it. The disk is moved. */
export async function keepDisk(
  cacheFolder: string,
  cell: string,
  installed: InstalledDisk,
  register: RunRegister,
): Promise<void> {
  const folder = folderOf(cacheFolder, cell);
  const draft = `${folder}.new-${process.pid}`;
  const old = `${folder}.old-${process.pid}`;
  for (const path of [draft, old]) register.folder(path);
  try {
    await mkdir(draft, { recursive: true, mode: 0o700 });
    await cp(installed.keys.privateKeyPath, join(draft, 'id_ed25519'));
    await cp(installed.keys.publicKeyPath, join(draft, 'id_ed25519.pub'));
    await writeFile(join(draft, 'host-key'), `${installed.hostKey}\n`);
    await moveFile(installed.disk, join(draft, 'disk.qcow2'));
    if (existsSync(folder)) await rename(folder, old);
    await rename(draft, folder);
  } finally {
    for (const path of [draft, old]) await rm(path, { recursive: true, force: true });
  }
}

/** @throws UsageError `cell-not-installed` */
export async function keptDisk(cacheFolder: string, cell: string): Promise<InstalledDisk> {
  const folder = folderOf(cacheFolder, cell);
  const disk = join(folder, 'disk.qcow2');
  if (existsSync(disk)) {
    const hostKey = (await readFile(join(folder, 'host-key'), 'utf8')).trim();
    return { disk, keys: await readKeyPair(folder), hostKey };
  }
  throw new UsageError({
    code: 'cell-not-installed',
    message: `${cell} has not been installed by any run with this cache folder (${cacheFolder})`,
    hint: 'run the cell first; its disk is kept when the installer ends well',
    command: `./stub-matrix run --cell ${cell}`,
  });
}
