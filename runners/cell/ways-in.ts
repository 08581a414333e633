import type { Machine } from '../machine/machine.ts';
import { pasteable } from '../process/command.ts';
import type { Workspace } from './workspace.ts';

/** The command that logs in over SSH to a running guest. */
export function sshCommand(port: number, workspace: Workspace): string {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'IdentitiesOnly=yes'];
  return pasteable([
    ...['ssh', '-i', workspace.keys.privateKeyPath, '-p', String(port)],
    ...options.flatMap((option) => ['-o', option]),
    'root@127.0.0.1',
  ]);
}

/** How to reach a guest that was kept running, and how to end it; a line each. */
export function waysIn(pid: number, port: number, workspace: Workspace): string {
  return [
    `the guest goes on running as process ${pid}`,
    `  console: ${pasteable(['socat', '-,raw,echo=0,escape=0x1d', `UNIX-CONNECT:${workspace.sockets.console}`])}   (Ctrl-] leaves it)`,
    `  ssh:     ${sshCommand(port, workspace)}`,
    `  end it:  kill ${pid}`,
  ].join('\n');
}

/** The ways into a machine, asked while it can still answer. */
export async function describeWaysIn(machine: Machine, workspace: Workspace): Promise<string> {
  return waysIn(machine.qemu.pid, await machine.qemu.sshPort(), workspace);
}
