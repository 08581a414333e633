import { constants, copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarnessError } from '../errors.ts';
import type { Machine } from '../machine/machine.ts';
import type { MachineSpec } from '../qemu/argv.ts';
import { STATE_SOCKET } from '../qemu/launch.ts';
import { saveState } from '../qemu/state.ts';
import { type CheckpointInputs, checkpointInputs, noCheckpointBecause } from './inputs.ts';

/** A running machine put aside: its memory and its data disk at the same moment. Nothing in it is ever written to again. */
export interface Checkpoint {
  /** Absolute path of what qemu/state.ts wrote. */
  readonly state: string;
  /** Absolute path of the data disk, in the format of the machine's own; it lies on the same backing files. */
  readonly disk: string;
  readonly inputs: CheckpointInputs;
}

export interface SaveOptions {
  /** In seconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
}

/** The names in a checkpoint's folder. */
const FILES = { state: 'state.zst', disk: 'disk', inputs: 'checkpoint.json' } as const;

/**
 * Saves a running machine into `folder`, which exists and is empty; the guest stands still meanwhile and then goes on. Sessions
 * into it (SSH) should be ended first: they would be there, dead, in every guest that goes on from the checkpoint.
 *
 * `checkpoint.json` is written last. After a failure the folder holds nothing of use.
 *
 * @returns how long the guest stood still, in seconds, and what the checkpoint takes on disk.
 * @throws HarnessError `no-checkpoint` for a machine of which none can be made; `state-not-saved`.
 */
export async function saveCheckpoint(
  machine: Machine,
  spec: MachineSpec,
  folder: string,
  { timeout, signal }: SaveOptions,
): Promise<{ seconds: number; bytes: number }> {
  const { qmp } = machine.qemu;
  const because = noCheckpointBecause(spec) ?? (spec.dataDisk ? undefined : 'it has no data disk');
  if (because || !spec.dataDisk) {
    throw new HarnessError({ code: 'no-checkpoint', message: `${spec.name} cannot be put aside: ${because}` });
  }
  const [state, disk] = [join(folder, FILES.state), join(folder, FILES.disk)];
  const socket = join(dirname(spec.sockets.qmp), STATE_SOCKET);
  const began = performance.now();
  await qmp.execute('stop');
  try {
    await saveState(qmp, state, { socket, timeout, signal });
    await copyFile(spec.dataDisk.path, disk, constants.COPYFILE_FICLONE);
  } finally {
    await machine.qemu.cont();
  }
  const seconds = (performance.now() - began) / 1000;
  await writeFile(join(folder, FILES.inputs), `${JSON.stringify(checkpointInputs(spec, qmp.version), undefined, 2)}\n`);
  const sizes = await Promise.all([state, disk].map(async (path) => (await stat(path)).blocks * 512));
  return { seconds, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** What `saveCheckpoint` left in a folder. Rejects as `readFile` does where there is none. */
export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const inputs: CheckpointInputs = JSON.parse(await readFile(join(folder, FILES.inputs), 'utf8'));
  return { state: join(folder, FILES.state), disk: join(folder, FILES.disk), inputs };
}
