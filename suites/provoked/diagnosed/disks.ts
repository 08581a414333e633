import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Installed } from '../../../runners/cell/installed.ts';
import { makeKeyPair } from '../../../runners/channels/ssh/keys.ts';
import { run } from '../../../runners/process/command.ts';

/** Where ext4 keeps the features without which it must not be mounted: in the superblock, which begins at 1024. */
const EXT4_INCOMPATIBLE = 1024 + 0x60;

/** A disk that nobody has installed, as if an install had left it. */
export async function asInstalled(folder: string, disk: string): Promise<Installed> {
  return { keys: await makeKeyPair(join(folder, 'keys'), 'nobody'), hostKey: '', packages: '', disk };
}

async function toQcow2(folder: string, raw: string): Promise<string> {
  const disk = join(folder, 'disk.qcow2');
  await run(['qemu-img', 'convert', '-f', 'raw', '-O', 'qcow2', raw, disk]);
  return disk;
}

/** With nothing on it. */
export async function emptyDisk(folder: string): Promise<string> {
  const disk = join(folder, 'disk.qcow2');
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, '256M']);
  return disk;
}

/** Of what `mkfs` makes, which may read `input`, with nothing in it. */
export async function foreignDisk(
  folder: string,
  mkfs: readonly [string, ...string[]],
  input?: string,
): Promise<string> {
  const raw = join(folder, 'disk.raw');
  await run(['truncate', '-s', '64M', raw]);
  await run([...mkfs, raw], input === undefined ? {} : { input });
  return toQcow2(folder, raw);
}

/** Encrypted, with nothing in it. */
export function encryptedDisk(folder: string, key: string): Promise<string> {
  // The least that makes a key of a password: an emulated guest would take minutes for what is usual.
  const cheap = ['--pbkdf', 'pbkdf2', '--pbkdf-force-iterations', '1000'];
  return foreignDisk(folder, ['cryptsetup', 'luksFormat', '--batch-mode', ...cheap, '--key-file', '-'], key);
}

/** An ext4 that holds these files; `patch` may then change the raw disk. */
export async function ext4Disk(
  folder: string,
  files: Readonly<Record<string, string | Buffer>>,
  patch: (raw: string) => Promise<void> = async () => {},
): Promise<string> {
  const [tree, raw] = [join(folder, 'tree'), join(folder, 'disk.raw')];
  await mkdir(join(tree, 'boot'), { recursive: true });
  for (const [path, content] of Object.entries(files)) await writeFile(join(tree, path), content);
  await run(['truncate', '-s', '256M', raw]);
  await run(['mkfs.ext4', '-q', '-O', '^metadata_csum', '-d', tree, raw]);
  await patch(raw);
  return toQcow2(folder, raw);
}

/** Has the superblock name a feature that no kernel knows yet. */
export async function addUnknownFeature(raw: string): Promise<void> {
  await using file = await open(raw, 'r+');
  const features = Buffer.alloc(4);
  await file.read(features, 0, 4, EXT4_INCOMPATIBLE);
  features.writeUInt32LE((features.readUInt32LE() | 0x40000000) >>> 0);
  await file.write(features, 0, 4, EXT4_INCOMPATIBLE);
}

/** Overwrites a part of a file; `at` in bytes from its beginning. */
export async function overwrite(path: string, bytes: Uint8Array, at: number): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, at);
}

/** Overwrites where ext4 has written down what lies where: behind the superblock, which stays. */
export const wipeGroups = (raw: string): Promise<void> => overwrite(raw, Buffer.alloc(16384, 0xff), 2048);

/** Damages the tables of a qcow2 by which QEMU finds what the guest reads: such reads fail in the guest as on a dying disk. */
export async function damageTables(disk: string): Promise<void> {
  await using file = await open(disk, 'r+');
  const head = Buffer.alloc(48);
  await file.read(head, 0, 48, 0);
  const l1 = Number(head.readBigUInt64BE(40));
  const entry = Buffer.alloc(8);
  await file.read(entry, 0, 8, l1);
  const l2 = Number(entry.readBigUInt64BE() & 0x00ffffffffffff00n);
  // The first cluster, with the superblock in it, stays; the next ones are said to lie where none can.
  const nowhere = Buffer.alloc(8 * 1000, Buffer.from('8000000000000200', 'hex'));
  await file.write(nowhere, 0, nowhere.length, l2 + 8);
}
