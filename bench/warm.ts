/**
 * What a second run of an unchanged cell costs: `stub-matrix run` from its start to its end, with all checks that a booted
 * cell has, against a shell script that boots the same installed disk, reboots it and powers it off (plain-warm.sh). In
 * turns, so that neither disturbs the other. Prints both times and their ratio for each round, and the ratio of the sums.
 *
 *     node bench/warm.ts [CELL] [ROUNDS]
 */
import { join } from 'node:path';
import { latestInstalled } from '../runners/cell/kept.ts';
import { run } from '../runners/process/command.ts';
import { settingOf } from './setting.ts';

const [id = 'debian13-x86_64-xfs', rounds = '3'] = process.argv.slice(2);
await using stack = new AsyncDisposableStack();
const { options, folder, register, prepared, machine } = await settingOf(id, stack);
const { disk, keys } = await latestInstalled(options, id);
if (disk === undefined) throw new Error(`${id}: its root is no disk, and the plain script knows nothing else`);
console.log(`${id}, ${prepared.proof.accelerator}, image ${prepared.image.key}, ${disk}`);

async function byShell(round: number): Promise<number> {
  const script = join(import.meta.dirname, 'plain-warm.sh');
  const argv = ['sh', script, join(folder, `plain-${round}`), ...machine, keys.privateKeyPath, disk ?? ''] as const;
  const { stdout } = await run(argv, { env: register.environment, purpose: 'the plain script' });
  return Number(stdout.trim().split('\n').at(-1));
}

/** The whole command, as a user waits for it. */
async function byFramework(): Promise<number> {
  const program = join(import.meta.dirname, '../stub-matrix');
  const began = performance.now();
  await run([program, 'run', '--cell', id, '--out', options.outFolder], { env: register.environment });
  return (performance.now() - began) / 1000;
}

const sums = { plain: 0, framework: 0 };
for (let round = 1; round <= Number(rounds); round++) {
  const plain = await byShell(round);
  const framework = await byFramework();
  sums.plain += plain;
  sums.framework += framework;
  const ratio = (framework / plain).toFixed(3);
  console.log(`plain script ${plain.toFixed(1)} s, stub-matrix ${framework.toFixed(1)} s, ratio ${ratio}`);
}
console.log(`over all rounds: ratio ${(sums.framework / sums.plain).toFixed(3)}`);
