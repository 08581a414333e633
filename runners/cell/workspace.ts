import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeyPair, makeKeyPair } from '../channels/ssh/keys.ts';
import { RunRegister } from '../host/run-register.ts';
import { run } from '../process/command.ts';
import { GUEST } from './budgets.ts';
import type { InstalledDisk } from './disks.ts';

/** The files of one cell while it runs. */
export interface Workspace extends AsyncDisposable {
  /** What was acquired, written down for the next start to clear where this one is killed. */
  readonly register: RunRegister;
  /** Evidence that stays: logs, the command line, the network's frames. */
  readonly folder: string;
  readonly disk: string;
  readonly keys: KeyPair;
  /** Goes onto the kernel's command line and is looked for there after the kexec. */
  readonly nonce: string;
  readonly sockets: {
    readonly qmp: string;
    readonly console: string;
    readonly agent: string;
    readonly segment: string;
  };
  /** Absolute path of a file of this name among the evidence. */
  file(name: string): string;
}

/** The longest name of ours in the folder of the sockets is `console`; the kernel takes 107 bytes. */
const LONGEST_FOLDER = 107 - '/console'.length;

/** Host names know no underscore. */
export function hostNameOf(cell: string): string {
  return cell.replaceAll('_', '-');
}

export interface WorkspaceOptions {
  /** Absolute path of the user's cache, which holds the register. */
  readonly cacheFolder: string;
  /** What is installed already: worked on in a copy, and entered with its own keys. An empty disk and new keys without. */
  readonly installed?: InstalledDisk | undefined;
}

/** Where the registers of all runs of this user lie. */
export function stateFolderIn(cacheFolder: string): string {
  return join(cacheFolder, 'state');
}

/** Makes the cell's keys and its data disk in `folder`, which exists and is private. */
export async function openWorkspace(folder: string, options: WorkspaceOptions): Promise<Workspace> {
  await using stack = new AsyncDisposableStack();
  const register = stack.use(new RunRegister(stateFolderIn(options.cacheFolder), randomUUID()));
  let socketFolder = join(folder, 'sockets');
  if (Buffer.byteLength(socketFolder) > LONGEST_FOLDER) socketFolder = await mkdtemp(join(tmpdir(), 'stub-matrix-'));
  register.folder(socketFolder);
  stack.defer(() => rm(socketFolder, { recursive: true, force: true }));
  await mkdir(socketFolder, { recursive: true, mode: 0o700 });
  const { installed } = options;
  const keys = installed?.keys ?? (await makeKeyPair(join(folder, 'keys'), 'stub-matrix'));
  const disk = join(folder, 'disk.qcow2');
  // Gigabytes that are no evidence; an installed one is moved away before this.
  register.folder(disk);
  stack.defer(() => rm(disk, { force: true }));
  const from = installed ? ['-b', installed.disk, '-F', 'qcow2'] : [];
  const size = installed ? [] : [`${GUEST.diskGiB}G`];
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', ...from, disk, ...size], { purpose: 'making the data disk' });
  const release = stack.move();
  return {
    register,
    folder,
    disk,
    keys,
    nonce: `stub-matrix.nonce=${randomBytes(8).toString('hex')}`,
    sockets: {
      qmp: join(socketFolder, 'qmp'),
      console: join(socketFolder, 'console'),
      agent: join(socketFolder, 'agent'),
      segment: join(socketFolder, 'segment'),
    },
    file: (name) => join(folder, name),
    [Symbol.asyncDispose]: () => release.disposeAsync(),
  };
}
