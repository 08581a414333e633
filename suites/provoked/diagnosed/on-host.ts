import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell } from '../../../runners/cell/cell.ts';
import { commandLineOf, processTable, withDescendants } from '../../../runners/host/processes.ts';
import { run } from '../../../runners/process/command.ts';
import { startDaemon } from '../../../runners/process/daemon.ts';
import { scratchFolder } from '../../harness/lone-cell.ts';
import { asInstalled, emptyDisk } from './disks.ts';
import { replaceWords } from './emulator.ts';
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
    name: 'a disk that is gone',
    cell: XFS,
    provoke: async (cell) => rm((await cell.disk()) as string),
    check: CHECKS.boot,
    code: 'qemu-start-failed',
    says: /did not start: Could not open '.*disk\.qcow2': No such file/,
  },
  {
    name: 'a QEMU that gets no more memory from this host',
    cell: XFS,
    provoke: async (cell) => {
      await cell.bootStub();
      await run(['prlimit', '--pid', String(cell.machine.qemu.pid), '--as=1']);
    },
    check: CHECKS.install,
    code: 'qemu-died',
    says: /QEMU itself crashed with SIG/,
  },
  {
    name: 'a machine without its disk',
    cell: XFS,
    provoke: async (cell, stack) => {
      const folder = await scratchFolder(stack);
      cell.startFrom(await asInstalled(folder, await emptyDisk(folder)));
      await replaceWords(stack, 'virtio-blk-pci,drive=data*', 'virtio-rng-pci');
    },
    check: CHECKS.handover,
    code: 'disk-missing',
    says: /neither a data disk nor a share/,
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
