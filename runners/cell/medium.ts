import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { type KeyPair, makeKeyPair } from '../channels/ssh/keys.ts';
import type { Filesystem } from '../matrix/schema.ts';
import { run } from '../process/command.ts';
import { unpackTree } from '../share/pack.ts';
import { GUEST } from './budgets.ts';
import type { Installed } from './installed.ts';
import type { Workspace } from './workspace.ts';

/** What a guest is installed on, or boots from, and the keys to it. Absolute paths; each goes with the workspace. */
export interface Medium {
  /** A qcow2; absent where the root is a folder of the host. */
  readonly disk?: string;
  /** The folder of the host that is the root. */
  readonly share?: string;
  readonly keys: KeyPair;
  /** The file that holds what unlocks the disk. */
  readonly luksKey?: string;
  /** Whether the guest is to be told whom to let in: what is installed knows by itself. */
  readonly introduce: boolean;
}

/** Of full entropy, so that it needs no costly derivation. In bytes. */
const LUKS_KEY = 64;

/** An empty one, with new keys. */
export async function emptyMedium({ on }: Filesystem, workspace: Workspace): Promise<Medium> {
  const keys = await makeKeyPair(workspace.file('keys'), 'stub-matrix');
  const base = { keys, introduce: true };
  if (on === 'share') {
    const share = workspace.scratch('share');
    await mkdir(share, { mode: 0o755 });
    return { ...base, share };
  }
  const disk = workspace.scratch('disk.qcow2');
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', disk, `${GUEST.diskGiB}G`], {
    purpose: 'making the data disk',
  });
  if (on === 'disk') return { ...base, disk };
  const luksKey = workspace.file('keys/luks');
  // Letters and digits: whoever has to type it can.
  await writeFile(luksKey, randomBytes(LUKS_KEY / 2).toString('hex'), { mode: 0o600 });
  return { ...base, disk, luksKey };
}

/** A private copy of what is installed; what is written to it is lost. A disk costs milliseconds, a folder seconds. */
export async function mediumOf(installed: Installed, workspace: Workspace): Promise<Medium> {
  const { keys, luksKey } = installed;
  const base = { keys, introduce: false, ...(luksKey === undefined ? {} : { luksKey }) };
  if (installed.share !== undefined) {
    const share = workspace.scratch('share');
    await unpackTree(installed.share, share);
    return { ...base, share };
  }
  const disk = workspace.scratch('disk.qcow2');
  const backing = ['-b', installed.disk, '-F', 'qcow2'];
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', ...backing, disk], {
    purpose: 'a layer on the installed disk',
  });
  return { ...base, disk };
}
