import { rename, rm } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { HarnessError } from '../errors.ts';
import { Machine, type MachineOptions } from '../machine/machine.ts';
import { run } from '../process/command.ts';
import type { MachineSpec } from '../qemu/argv.ts';
import type { Checkpoint } from './checkpoint.ts';
import { checkpointInputs } from './inputs.ts';

/** A guest that goes on, or why it has to boot by itself. */
export type Resumed =
  | { readonly loaded: true; readonly machine: Machine; readonly seconds: number }
  | { readonly loaded: false; readonly because: string };

type NetworkedSpec = Parameters<typeof Machine.start>[0];

/** Why QEMU need not even be started; undefined where nothing speaks against it. */
function misfit(checkpoint: Checkpoint, spec: MachineSpec, qemuVersion: string): string | undefined {
  const [saved, wanted] = [checkpoint.inputs, checkpointInputs(spec, qemuVersion)];
  if (saved.qemu !== wanted.qemu) return `it was made by QEMU ${saved.qemu}, this is ${wanted.qemu}`;
  if (saved.hostCpu !== wanted.hostCpu) return `it was made on ${saved.hostCpu}, this is ${wanted.hostCpu}`;
  if (isDeepStrictEqual(saved.machine, wanted.machine)) return undefined;
  const differing = wanted.machine.find((word, index) => word !== saved.machine[index]) ?? 'it had more to it';
  return `it was made of another machine: ${differing}`;
}

/**
 * Starts the machine where the checkpoint left it; it runs when this returns. Its data disk is made at `spec.dataDisk.path`, on
 * top of the checkpoint's. Where the checkpoint does not load, nothing is left of the try: no QEMU, and the file that was
 * at `spec.dataDisk.path` before is there again, to boot from.
 *
 * The guest believes it is still the moment of the saving: see freshen.ts. Its console shows nothing until somebody types.
 *
 * @throws whatever ended the run (`options.signal`); anything else is the `because`.
 */
export async function resume(
  checkpoint: Checkpoint,
  spec: NetworkedSpec,
  qemuVersion: string,
  options: MachineOptions,
): Promise<Resumed> {
  const because = misfit(checkpoint, spec, qemuVersion);
  if (because) return { loaded: false, because };
  if (!spec.dataDisk) throw new HarnessError({ code: 'no-checkpoint', message: `${spec.name} has no data disk` });
  const { path, format } = spec.dataDisk;
  const aside = `${path}.aside`;
  const began = performance.now();
  await rename(path, aside).catch(ignoreMissing);
  try {
    await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', checkpoint.disk, '-F', format, path], {
      purpose: 'making a disk on top of the checkpoint',
    });
    const machine = await Machine.start({ ...spec, state: checkpoint.state }, options);
    await rm(aside, { force: true });
    return { loaded: true, machine, seconds: (performance.now() - began) / 1000 };
  } catch (error) {
    await rm(path, { force: true });
    await rename(aside, path).catch(ignoreMissing);
    options.signal.throwIfAborted();
    if (error instanceof HarnessError) return { loaded: false, because: error.message };
    throw error;
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
