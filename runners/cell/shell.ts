import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from '../matrix/options.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { Guest } from './guest.ts';
import { latestInstalled, standInRemark } from './kept.ts';
import { Phases } from './phases.ts';
import { prepare } from './prepare.ts';
import { attachTerminal } from './terminal.ts';
import { sshCommand } from './ways-in.ts';
import { openWorkspace } from './workspace.ts';

export interface ShellContext {
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Boots what a run has installed last and attaches this terminal to its console, until Ctrl-] is typed or the guest powers
 * itself off. What is written goes to an overlay that is thrown away: the installed disk stays as it was.
 *
 * @throws UsageError `cell-not-installed`
 */
export async function openShell(planned: PlannedCell, options: RunOptions, context: ShellContext): Promise<void> {
  const { print, signal } = context;
  const { id } = planned.cell;
  const installed = await latestInstalled(options, id);
  for (const remark of standInRemark(id, installed)) print(remark);
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'stub-shell-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const workspace = resources.use(await openWorkspace(folder, options.cacheFolder));
  const { register } = workspace;
  register.folder(folder);
  const prepared = await prepare(planned, options, { progress: print, register, signal }, installed.archive);
  const surroundings = { options, folder, emit: () => {}, signal };
  const guest = resources.use(new Guest(planned, surroundings, workspace, new Phases(id, () => {})));
  guest.installed = installed;
  const machine = await guest.start(prepared);
  print(`ssh:  ${sshCommand(await machine.qemu.sshPort(), installed.keys)}`);
  print('The console follows; Ctrl-] leaves it and ends the guest. What you change is thrown away.');
  await attachTerminal(machine.qemu.console, machine.qemu.exited, signal);
}
