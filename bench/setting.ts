import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseEmulator } from '../cli/emulator.ts';
import { whatExists } from '../runners/cell/existing.ts';
import { prepare } from '../runners/cell/prepare.ts';
import { stateFolderIn } from '../runners/cell/workspace.ts';
import { defaultCacheFolder } from '../runners/host/cache-folder.ts';
import { RunRegister } from '../runners/host/run-register.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import { makePlan } from '../runners/matrix/plan.ts';
import { ARCHES } from '../runners/qemu/arch.ts';
import { ACCELERATORS } from '../runners/qemu/argv.ts';

/** What the benchmarks of a cell on x86_64 share: its plan, its image and accelerator made ready, a folder that goes with the stack. */
export async function settingOf(id: string, stack: AsyncDisposableStack) {
  const plan = makePlan(loadMatrix(), whatExists({}), { selection: { cell: [id] } });
  const [planned] = plan.run;
  if (!planned) throw new Error(`${id} cannot be run`);
  if (planned.cell.arch !== ARCHES.x86_64.name) throw new Error(`${id}: the plain scripts know x86_64 only`);
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const options: RunOptions = {
    keep: false,
    jobs: 1,
    console: 'serial',
    cacheFolder: defaultCacheFolder(process.env, process.cwd()),
    outFolder: join(folder, 'out'),
  };
  const register = stack.use(new RunRegister(stateFolderIn(options.cacheFolder), `bench-${process.pid}`));
  register.folder(folder);
  const { signal } = new AbortController();
  // What a run takes: else the two sides would be compared in two versions of QEMU.
  await chooseEmulator([planned], options, { print: console.log, signal, install: true });
  const prepared = await prepare(planned, options, { progress: () => {}, register, signal });
  const { squashfs, kernel, initrd } = prepared.image;
  const { accelerator } = prepared.proof;
  /** What the plain scripts take, in this order. */
  const machine = [...[squashfs, kernel, initrd], ACCELERATORS[accelerator], prepared.cpu];
  return { planned, options, folder, register, prepared, machine };
}
