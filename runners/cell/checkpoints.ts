import { createHash } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readKeyPair } from '../channels/ssh/keys.ts';
import { readCheckpoint, saveCheckpoint } from '../checkpoint/checkpoint.ts';
import { freshen } from '../checkpoint/freshen.ts';
import { checkpointInputs, noCheckpointBecause } from '../checkpoint/inputs.ts';
import { resume } from '../checkpoint/resume.ts';
import { HarnessError } from '../errors.ts';
import { versionOf } from '../host/tools.ts';
import { ARCHES } from '../qemu/arch.ts';
import type { Inputs } from '../store/inputs.ts';
import type { Store } from '../store/store.ts';
import { answerOf } from './budgets.ts';
import type { Guest } from './guest.ts';
import type { Phases } from './phases.ts';
import type { Prepared } from './prepare.ts';

export type Stage = 'shell' | 'booted';

/** What a checkpoint of a cell is made of, and where it goes. */
export interface CheckpointParts {
  readonly stage: Stage;
  readonly guest: Guest;
  readonly prepared: Prepared;
  readonly store: Store;
  readonly phases: Phases;
  /** What tells the installed disk's bytes from all others'; none for a stage before anything is installed. */
  readonly installed: string | null;
  readonly label: string;
  readonly signal: AbortSignal;
}

const KIND = 'checkpoints';

/** The name of the file with SSH's host key of the stub. */
const HOST_KEY = 'host-key';

/** For QEMU to write a guest's memory, in seconds. */
const PATIENCE = 120;

/**
 * Goes on where an earlier run of the same machine was put aside; the guest then shows a root shell, its clock and its
 * randomness are made right.
 *
 * @returns when it was made, and SSH's host key; nothing where there is none, or none that loads: then why is noted.
 */
export async function restoreCheckpoint(
  parts: CheckpointParts,
): Promise<{ readonly because: string; readonly hostKey: string } | undefined> {
  const { stage, guest, prepared, store, phases, label, signal } = parts;
  const version = await versionOf(ARCHES[prepared.arch].qemu);
  if (version === undefined) return undefined;
  const inputs = await inputsOf(parts, version);
  const found = await store.find(KIND, inputs, label);
  if (!('hit' in found)) return undefined;
  const entry = await store.obtain(KIND, inputs, gone, { label, signal });
  const { disk = '', introduce } = await guest.medium();
  const keys = await readKeyPair(entry.folder);
  const checkpoint = await readCheckpoint(entry.folder);
  guest.replaceMedium({ disk, keys, introduce });
  const result = await phases.span('restore', async () =>
    resume(checkpoint, await guest.spec(prepared), version, guest.options),
  );
  if (!result.loaded) {
    phases.note(`the checkpoint ${entry.key} does not load, so the guest boots: ${result.because}`);
    await guest.forgetMedium();
    return undefined;
  }
  const machine = await guest.adopt(result.machine);
  const timeout = answerOf(prepared.proof, machine);
  const { clockOff, reseeded } = await freshen(machine, { awaiting: 'the clock of the restored guest', timeout });
  phases.fact(
    'restored',
    `in ${result.seconds.toFixed(2)} s; clock put right by ${clockOff} s, randomness ${reseeded}`,
  );
  const made = found.hit.manifest.made.at.slice(0, 16).replace('T', ' ');
  const because = `--from ${stage}: restored from the checkpoint ${entry.key} of ${made} UTC`;
  return { because, hostKey: (await readFile(join(entry.folder, HOST_KEY), 'utf8')).trim() };
}

/** Puts the guest aside as it is now. It must stand at a root shell, and nobody be logged in over SSH. */
export async function takeCheckpoint(parts: CheckpointParts, hostKey: string): Promise<void> {
  const { stage, guest, prepared, store, phases, label, signal } = parts;
  const { machine } = guest;
  if (!machine) return;
  const spec = await guest.spec(prepared);
  const hindrance = noCheckpointBecause(spec);
  if (hindrance) return phases.note(`no checkpoint is made: ${hindrance}`);
  const inputs = await inputsOf(parts, machine.qemu.qmp.version);
  await phases.span('checkpoint', async () => {
    const entry = await store.obtain(KIND, inputs, fill, { label, signal });
    entry.release();
  });
  async function fill(folder: string): Promise<void> {
    const { seconds, bytes } = await saveCheckpoint(machine as NonNullable<typeof machine>, spec, folder, {
      timeout: PATIENCE,
      signal,
    });
    for (const path of [guest.keys.privateKeyPath, guest.keys.publicKeyPath]) {
      await copyFile(path, join(folder, basename(path)));
    }
    await writeFile(join(folder, HOST_KEY), `${hostKey}\n`);
    const size = `${Math.round(bytes / 2 ** 20)} MiB`;
    phases.fact(`checkpoint of ${stage}`, `made in ${seconds.toFixed(1)} s, ${size}`);
  }
}

/** The machine, and the bytes that its memory knows. */
async function inputsOf({ stage, guest, prepared, installed, label }: CheckpointParts, qemu: string): Promise<Inputs> {
  const { image } = prepared;
  const machine = checkpointInputs(await guest.spec(prepared), qemu);
  return {
    stage,
    cell: label,
    image: image.identity,
    installed: hashOf(installed),
    ...machine,
    machine: [...machine.machine],
  };
}

function hashOf(text: string | null): string | null {
  return text === null ? null : createHash('sha256').update(text).digest('hex');
}

async function gone(): Promise<never> {
  throw new HarnessError({ code: 'checkpoint-gone', message: 'the checkpoint was removed while it was looked for' });
}
