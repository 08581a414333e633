/**
 * What the framework costs: the same cell driven by stub-matrix and by a plain shell script (plain-cell.sh), at the same
 * time on the same machine, from QEMU's start to the first answer over SSH. Prints both times and their ratio.
 *
 *     node bench/cell.ts [CELL] [ROUNDS]
 */
import { join } from 'node:path';
import { installerLine } from '../runners/cell/install.ts';
import { run } from '../runners/process/command.ts';
import { loneCell } from '../suites/harness/lone-cell.ts';
import { settingOf } from './setting.ts';

const [id = 'debian13-x86_64-xfs', rounds = '1'] = process.argv.slice(2);
await using stack = new AsyncDisposableStack();
const { planned, options, folder, register, prepared, machine } = await settingOf(id, stack);
const line = installerLine(planned.cell, prepared, options);
console.log(`${id}, ${prepared.proof.accelerator}, image ${prepared.image.key}: ${line}`);

async function byShell(round: number): Promise<number> {
  const script = join(import.meta.dirname, 'plain-cell.sh');
  const argv = ['sh', script, join(folder, `plain-${round}`), ...machine, line] as const;
  const { stdout } = await run(argv, { env: register.environment, purpose: 'the plain script' });
  return Number(stdout.trim().split('\n').at(-1));
}

/** The steps of the suite, without looking for what is installed already. */
async function byFramework(): Promise<number> {
  await using resources = new AsyncDisposableStack();
  const cell = await loneCell(resources, id);
  const began = performance.now();
  await cell.bootStub();
  await cell.install();
  await cell.reachInstalled();
  await cell.guest.run('true');
  return (performance.now() - began) / 1000;
}

for (let round = 1; round <= Number(rounds); round++) {
  const [plain, framework] = await Promise.all([byShell(round), byFramework()]);
  const ratio = (framework / plain).toFixed(3);
  console.log(`plain script ${plain.toFixed(1)} s, stub-matrix ${framework.toFixed(1)} s, ratio ${ratio}`);
}
