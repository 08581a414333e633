import type { KeyPair } from '../channels/ssh/keys.ts';
import { explain } from '../errors.ts';
import type { Machine } from '../machine/machine.ts';
import { pasteable } from '../process/command.ts';
import type { Guest } from './guest.ts';
import type { Phases } from './phases.ts';
import type { Workspace } from './workspace.ts';

/** The command that logs in over SSH to a running guest. */
export function sshCommand(port: number, keys: KeyPair): string {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'IdentitiesOnly=yes'];
  return pasteable([
    ...['ssh', '-i', keys.privateKeyPath, '-p', String(port)],
    ...options.flatMap((option) => ['-o', option]),
    'root@127.0.0.1',
  ]);
}

/** How to reach a guest that was kept running, and how to end it; a line each. */
function waysIn(pid: number, port: number, keys: KeyPair, workspace: Workspace): string {
  return [
    `the guest goes on running as process ${pid}`,
    `  console: ${pasteable(['socat', '-,raw,echo=0,escape=0x1d', `UNIX-CONNECT:${workspace.sockets.console}`])}   (Ctrl-] leaves it)`,
    `  ssh:     ${sshCommand(port, keys)}`,
    `  end it:  kill ${pid}`,
  ].join('\n');
}

/**
 * Lets a guest go on without us and says how to reach it.
 *
 * @returns false where QEMU would not say how: such a guest is of no use and is not kept.
 */
export async function keepGuest(
  guest: Guest,
  machine: Machine,
  workspace: Workspace,
  phases: Phases,
): Promise<boolean> {
  try {
    phases.note(waysIn(machine.qemu.pid, await machine.qemu.sshPort(), guest.keys, workspace));
  } catch (error) {
    phases.note(`the guest is not kept: ${explain(error)}`);
    return false;
  }
  await guest.release();
  workspace.register.keep();
  return true;
}
