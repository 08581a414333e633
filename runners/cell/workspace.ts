import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunRegister } from '../host/run-register.ts';

/** The files of one cell while it runs. */
export interface Workspace extends AsyncDisposable {
  /** What was acquired, written down for the next start to clear where this one is killed. */
  readonly register: RunRegister;
  /** Evidence that stays: logs, the command line, the network's frames. */
  readonly folder: string;
  /** Goes onto the kernel's command line and is looked for there after the kexec. */
  readonly nonce: string;
  readonly sockets: {
    readonly qmp: string;
    readonly console: string;
    readonly agent: string;
    readonly segment: string;
    readonly share: string;
  };
  /** Absolute path of a file of this name among the evidence. */
  file(name: string): string;
  /** The same for what is no evidence: it goes with the workspace. */
  scratch(name: string): string;
}

/** The longest name of ours in the folder of the sockets is `console`; the kernel takes 107 bytes. */
const LONGEST_FOLDER = 107 - '/console'.length;

/** Host names know no underscore. */
export function hostNameOf(cell: string): string {
  return cell.replaceAll('_', '-');
}

/** Where the registers of all runs of this user lie. */
export function stateFolderIn(cacheFolder: string): string {
  return join(cacheFolder, 'state');
}

/** Sets up shop in `folder`, which exists and is private. `cacheFolder` holds the register. */
export async function openWorkspace(folder: string, cacheFolder: string): Promise<Workspace> {
  await using stack = new AsyncDisposableStack();
  const register = stack.use(new RunRegister(stateFolderIn(cacheFolder), randomUUID()));
  let socketFolder = join(folder, 'sockets');
  if (Buffer.byteLength(socketFolder) > LONGEST_FOLDER) socketFolder = await mkdtemp(join(tmpdir(), 'stub-matrix-'));
  register.folder(socketFolder);
  stack.defer(() => rm(socketFolder, { recursive: true, force: true }));
  await mkdir(socketFolder, { recursive: true, mode: 0o700 });
  const release = stack.move();
  return {
    register,
    folder,
    nonce: `stub-matrix.nonce=${randomBytes(8).toString('hex')}`,
    sockets: {
      qmp: join(socketFolder, 'qmp'),
      console: join(socketFolder, 'console'),
      agent: join(socketFolder, 'agent'),
      segment: join(socketFolder, 'segment'),
      share: join(socketFolder, 'share'),
    },
    file: (name) => join(folder, name),
    scratch(name) {
      const path = join(folder, name);
      register.folder(path);
      release.defer(() => rm(path, { recursive: true, force: true }));
      return path;
    },
    [Symbol.asyncDispose]: () => release.disposeAsync(),
  };
}
