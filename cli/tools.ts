import { HarnessError } from '../runners/errors.ts';
import { type FoundTool, findTools, installCommand, packagesFor, type ToolUse } from '../runners/host/tools.ts';
import type { PlannedCell } from '../runners/matrix/plan.ts';
import { attempt, pasteable, run } from '../runners/process/command.ts';
import type { Context } from './commands.ts';

export interface Need {
  readonly uses: readonly ToolUse[];
  /** Of the guests. */
  readonly arches: readonly string[];
}

type Given = Pick<Context, 'print' | 'signal' | 'install'>;

/** Seconds for which another may be at this host's packages: one that has just started brings itself up to date. */
const PATIENCE = 900;

/**
 * Sees to it that the system's tools for something are there: installs what is missing, naming it, where it may.
 *
 * @throws HarnessError `tools-missing` with the list and the command to paste; `command-failed` when apt-get does not manage.
 */
export async function requireTools(need: Need, { print, signal, install }: Given): Promise<void> {
  const missing = missingTools(need);
  if (missing.length === 0) return;
  const lines = missingLines(missing);
  const sudo = process.getuid?.() !== 0;
  const obstacle = install
    ? await obstacleTo(sudo)
    : 'installing was refused by --no-install or STUB_MATRIX_NO_INSTALL';
  if (obstacle) throw toolsMissing(lines, await packagesFor(missing), sudo, obstacle);

  print('installing what is missing on this host:');
  for (const line of lines) print(line);
  // One list that is out of reach does not matter; whether the packages can be had, the installation tells.
  await attempt(sudo ? ['sudo', '-n', 'apt-get', 'update'] : ['apt-get', 'update'], { signal });
  const packages = await packagesFor(missing);
  const command = [...installCommand(packages, { sudo }), '-o', `DPkg::Lock::Timeout=${PATIENCE}`] as const;
  print(`  $ ${pasteable(command)}`);
  await run(command, { signal, env: { DEBIAN_FRONTEND: 'noninteractive' }, purpose: 'installing system packages' });
  const still = missingTools(need);
  if (still.length > 0) {
    throw toolsMissing(
      missingLines(still),
      packages,
      sudo,
      'apt-get installed the packages, but they did not bring it',
    );
  }
}

/** What running these cells needs. Our own image is made beside a given one too: the accelerator is proven with it. */
export function usesOf(cells: readonly Pick<PlannedCell, 'filesystem'>[]): readonly ToolUse[] {
  const shares = cells.some(({ filesystem }) => filesystem.on === 'share');
  return ['cell', 'image', ...(shares ? (['share'] as const) : [])];
}

const missingTools = ({ uses, arches }: Need) => findTools(uses, arches).filter(({ path }) => path === undefined);

/** "  qemu-img (qemu-utils) makes the data disk" a line. */
export function missingLines(missing: readonly FoundTool[]): string[] {
  return missing.map(({ probes, packages, why }) => `  ${probes.join(' or ')} (${packages.join(' or ')}) ${why}`);
}

async function obstacleTo(sudo: boolean): Promise<string | undefined> {
  const has = async (name: string) => (await attempt(['sh', '-c', 'command -v "$0"', name])).exitCode === 0;
  if (!(await has('apt-get'))) return 'this host has no apt-get; install what brings these with its package manager';
  if (!sudo) return undefined;
  if (!(await has('sudo'))) return 'you are not root, and there is no sudo';
  return (await attempt(['sudo', '-n', 'true'])).exitCode === 0
    ? undefined
    : 'you are not root, and sudo asks for a password';
}

function toolsMissing(lines: readonly string[], packages: readonly string[], sudo: boolean, why: string): HarnessError {
  return new HarnessError({
    code: 'tools-missing',
    message: ['this host lacks:', ...lines].join('\n'),
    hint: `${why}; then run the same again`,
    command: pasteable(installCommand(packages, { sudo })),
  });
}
