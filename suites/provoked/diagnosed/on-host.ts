import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell } from '../../../runners/cell/cell.ts';
import { commandLineOf, processTable, withDescendants } from '../../../runners/host/processes.ts';
import { startDaemon } from '../../../runners/process/daemon.ts';
import { scratchFolder } from '../../harness/lone-cell.ts';
import { CHECKS, type Expected } from './failure.ts';

/** Something that goes wrong on this host, before the guest's first word or under a guest that runs. */
export interface HostFailure extends Expected {
  readonly name: string;
  readonly cell: string;
  readonly provoke: (cell: Cell, stack: AsyncDisposableStack) => Promise<void>;
}

const XFS = 'debian13-x86_64-xfs';

/** Opens a disk to write to it, and keeps it open. */
async function hold(disk: string, stack: AsyncDisposableStack): Promise<void> {
  const log = join(await scratchFolder(stack), 'holder.log');
  stack.use(
    await startDaemon(['stdbuf', '-o0', 'qemu-io', '-f', 'qcow2', '-c', 'length', '-c', 'sleep 3600000', disk], {
      log,
    }),
  );
  while ((await readFile(log, 'utf8')) === '') await sleep(100);
}

export const onHost: readonly HostFailure[] = [
  {
    name: 'a disk that somebody else has open',
    cell: XFS,
    provoke: async (cell, stack) => hold((await cell.disk()) as string, stack),
    check: CHECKS.boot,
    code: 'qemu-image-locked',
    says: /got no "write" lock/,
  },
  {
    name: 'a virtiofsd that is killed',
    cell: 'debian13-x86_64-virtiofs',
    provoke: async (cell) => {
      await cell.bootStub();
      const ours = withDescendants([process.pid], processTable());
      for (const pid of ours) {
        if (commandLineOf(pid).some((word) => word.includes('virtiofsd'))) process.kill(pid, 'SIGKILL');
      }
    },
    check: CHECKS.install,
    code: 'share-died',
    says: /what serves the root over virtiofs ended/,
  },
];
