/**
 * What the framework costs: the same cell driven by stub-matrix and by a plain shell script (plain-cell.sh), at the same
 * time on the same machine, from QEMU's start to the first answer over SSH. Prints both times and their ratio. Besides what a
 * cell needs, the script needs bc, socat and openssh-client.
 *
 *     node bench/cell.ts [CELL] [ROUNDS]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEvents } from '../reports/record.ts';
import { installerLine } from '../runners/cell/install.ts';
import { prepare } from '../runners/cell/prepare.ts';
import { stateFolderIn } from '../runners/cell/workspace.ts';
import { defaultCacheFolder } from '../runners/host/cache-folder.ts';
import { RunRegister } from '../runners/host/run-register.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import { makePlan } from '../runners/matrix/plan.ts';
import { run } from '../runners/process/command.ts';
import { ARCHES } from '../runners/qemu/arch.ts';
import { startSuites } from '../suites/start.ts';

const [id = 'debian13-x86_64-xfs', rounds = '1'] = process.argv.slice(2);
const plan = makePlan(loadMatrix(), { cell: [id] });
const [planned] = plan.run;
if (!planned) throw new Error(`${id} cannot be run`);
if (planned.cell.arch !== ARCHES.x86_64.name) throw new Error(`${id}: the plain script knows x86_64 only`);

const folder = await mkdtemp(join(tmpdir(), 'bench-cell-'));
const options: RunOptions = {
  keep: false,
  jobs: 1,
  console: 'serial',
  cacheFolder: defaultCacheFolder(process.env, process.cwd()),
  outFolder: join(folder, 'out'),
};
using register = new RunRegister(stateFolderIn(options.cacheFolder), `bench-${process.pid}`);
register.folder(folder);
const { signal } = new AbortController();
const { archive, image, proof } = await prepare(planned, options, {
  progress: () => {},
  register,
  signal,
});
const line = installerLine(planned.cell, archive, options);
console.log(`${id}, ${proof.accelerator}, image ${image.key}: ${line}`);
/** What the machine of the framework gets, as `-accel` and `-cpu` take it. */
const processor = [
  proof.accelerator === 'tcg' ? 'tcg,thread=multi' : proof.accelerator,
  ARCHES.x86_64.cpu[proof.accelerator],
];

async function byShell(round: number): Promise<number> {
  const script = join(import.meta.dirname, 'plain-cell.sh');
  const { squashfs, kernel, initrd } = image;
  const argv = ['sh', script, join(folder, `plain-${round}`), squashfs, kernel, initrd, ...processor, line] as const;
  const { stdout } = await run(argv, {
    env: register.environment,
    purpose: 'the plain script',
  });
  return Number(stdout.trim().split('\n').at(-1));
}

/** From the events: the machine's start to the end of the first check over SSH. */
async function byFramework(): Promise<number> {
  const { folder: out, result } = await startSuites(plan, options);
  const events = readEvents(out.events);
  const start = events.find((event) => event.type === 'phase-started' && event.phase === 'boot-stub');
  const end = events.find((event) => event.type === 'check-ended' && event.check === 'SSH logs in by key');
  if (!start || end?.type !== 'check-ended' || end.status !== 'passed') {
    throw new Error(`the cell came to no SSH: ${result.cells.map((cell) => cell.status).join()}`);
  }
  return (end.time - start.time) / 1000;
}

try {
  for (let round = 1; round <= Number(rounds); round++) {
    const [plain, framework] = await Promise.all([byShell(round), byFramework()]);
    console.log(
      `plain script ${plain.toFixed(1)} s, stub-matrix ${framework.toFixed(1)} s, ratio ${(framework / plain).toFixed(3)}`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit(0);
