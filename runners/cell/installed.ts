import { existsSync } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type KeyPair, readKeyPair } from '../channels/ssh/keys.ts';
import { moveFile } from '../process/files.ts';
import { packTree } from '../share/pack.ts';
import type { CellArchive } from './archive.ts';
import type { Medium } from './medium.ts';

/** What an install left, as the store keeps it: not to be written to. Absolute paths. */
export type Installed = {
  /** The pair whose public key the installed system lets in. */
  readonly keys: KeyPair;
  /** SSH's host key, which the installed system took over from the stub; base64. */
  readonly hostKey: string;
  /** The digest of the names and versions of all packages, as the installer printed it; empty where it printed none. */
  readonly packages: string;
  readonly luksKey?: string;
  /** What it was installed from, where that is known. */
  readonly archive?: CellArchive;
} & ({ readonly disk: string; readonly share?: undefined } | { readonly share: string; readonly disk?: undefined });

/** The names in the folder of an entry. */
const FILES = { disk: 'disk.qcow2', share: 'root.tar.zst', hostKey: 'host-key', packages: 'packages', luks: 'luks' };

/** Puts what was just installed into the folder of an entry. A disk is moved, a folder is packed. */
export async function writeInstalled(
  folder: string,
  { disk, share, keys, luksKey }: Medium,
  { hostKey, packages }: Pick<Installed, 'hostKey' | 'packages'>,
): Promise<void> {
  const path = (name: keyof typeof FILES) => join(folder, FILES[name]);
  for (const key of [keys.privateKeyPath, keys.publicKeyPath])
    await copyFile(key, join(folder, key.split('/').at(-1) ?? ''));
  await writeFile(path('hostKey'), `${hostKey}\n`);
  await writeFile(path('packages'), `${packages}\n`);
  if (luksKey !== undefined) await copyFile(luksKey, path('luks'));
  if (share !== undefined) await packTree(share, path('share'));
  if (disk !== undefined) await moveFile(disk, path('disk'));
}

export async function readInstalled(folder: string): Promise<Installed> {
  const path = (name: keyof typeof FILES) => join(folder, FILES[name]);
  const text = async (name: keyof typeof FILES) => (await readFile(path(name), 'utf8')).trim();
  return {
    keys: await readKeyPair(folder),
    hostKey: await text('hostKey'),
    packages: await text('packages'),
    ...(existsSync(path('luks')) ? { luksKey: path('luks') } : {}),
    ...(existsSync(path('share')) ? { share: path('share') } : { disk: path('disk') }),
  };
}

/** What differs between two installs of the same inputs, a line each: their packages. No two are the same byte by byte. */
export async function compareInstalled(kept: string, again: string): Promise<string[]> {
  const [before, after] = await Promise.all([kept, again].map(readInstalled));
  if (before?.packages === after?.packages) return [];
  return [`packages: ${before?.packages || 'unknown'} -> ${after?.packages || 'unknown'}`];
}
