import { chmod, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readKeyPair } from '../../channels/ssh/keys.ts';
import { device } from '../../host/resources.ts';
import { Machine, type MachineOptions } from '../../machine/machine.ts';
import { run } from '../../process/command.ts';
import { ARCHES } from '../../qemu/arch.ts';
import { unpackTree } from '../../share/pack.ts';
import { startShare } from '../../share/share.ts';
import type { GuestSpec } from '../guest-spec.ts';
import { attachTerminal } from '../terminal.ts';
import { sshCommand } from '../ways-in.ts';
import { openWorkspace, type Workspace } from '../workspace.ts';
import type { Manifest } from './manifest.ts';
import type { OpenCapsule } from './open.ts';
import { copySparse } from './parts.ts';

export interface ReopenContext {
  readonly cacheFolder: string;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Boots what is in a capsule and attaches this terminal to its console, until Ctrl-] is typed or the guest powers itself off.
 * The capsule stays as it is: what is written goes to a folder that is thrown away.
 */
export async function reopen(capsule: OpenCapsule, context: ReopenContext): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const { machine, ways } = await startCapsule(capsule, context, resources);
  for (const line of ways) context.print(line);
  context.print('The console follows; Ctrl-] leaves it and ends the guest. What you change is thrown away.');
  await attachTerminal(machine.qemu.console, machine.qemu.exited, context.signal);
}

/** Starts the machine of a capsule; it ends with `resources`. @returns with it what to tell the user, a line each. */
export async function startCapsule(
  capsule: OpenCapsule,
  { cacheFolder, print, signal }: ReopenContext,
  resources: AsyncDisposableStack,
): Promise<{ readonly machine: Machine; readonly ways: readonly string[] }> {
  const { manifest } = capsule;
  const folder = await mkdtemp(join(tmpdir(), 'stub-reopen-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const workspace = resources.use(await openWorkspace(folder, cacheFolder));
  workspace.register.folder(folder);
  await takeKeys(capsule, workspace);
  const accelerator = await acceleratorOf(manifest, print);
  const spec = await specOf(capsule, accelerator, workspace, signal);
  const options: MachineOptions = {
    log: workspace.file('qemu.log'),
    pcap: workspace.file('segment.pcap'),
    outlive: false,
    env: workspace.register.environment,
    ...(await serve(capsule, workspace, resources, signal)),
    signal,
  };
  const machine = resources.use(await Machine.start(spec, options));
  workspace.register.process(machine.qemu.pid, machine.qemu.argv[0]);
  const keys = await readKeyPair(join(folder, 'keys'));
  const { version } = machine.qemu.qmp;
  const other =
    version === manifest.made.qemu ? [] : [`QEMU was ${manifest.made.qemu} when it failed, this is ${version}.`];
  return { machine, ways: [...storyOf(manifest), ...other, `ssh:  ${sshCommand(await machine.qemu.sshPort(), keys)}`] };
}

/** What failed, and with what the machine begins. */
function storyOf({ cell, failure, medium, line, made }: Manifest): string[] {
  const empty = medium.on === 'disk' ? medium.layers.length === 0 : medium.on === 'share' && medium.tree === undefined;
  return [
    `${cell.id} failed in its phase ${failure.phase}, ${made.at.slice(0, 16).replace('T', ' ')} UTC: ${failure.code}`,
    ...failure.message.split('\n').map((text) => `  ${text}`),
    empty
      ? 'It begins with nothing installed. At the root shell, type:'
      : 'It begins with what was installed, as it was before that phase.',
    ...(empty && line !== undefined ? [`  ${line}`] : []),
  ];
}

/** A host without KVM runs it all the same, slower. */
async function acceleratorOf({ machine }: Manifest, print: (line: string) => void): Promise<'kvm' | 'tcg'> {
  if (machine.accelerator === 'tcg') return 'tcg';
  const { state } = await device('/dev/kvm');
  if (state === 'opens') return 'kvm';
  print('This host has no KVM, which the guest had when it failed: it is emulated, and slower.');
  return 'tcg';
}

/** ssh refuses a key that others may read, as one may be that was carried here. */
async function takeKeys({ manifest, path }: OpenCapsule, workspace: Workspace): Promise<void> {
  await mkdir(workspace.file('keys'), { mode: 0o700 });
  for (const key of Object.keys(manifest.files).filter((file) => file.startsWith('keys/'))) {
    const copy = workspace.file(key);
    await copyFile(path(key), copy);
    await chmod(copy, 0o600);
  }
}

async function specOf(
  { manifest, path }: OpenCapsule,
  accelerator: 'kvm' | 'tcg',
  workspace: Workspace,
  signal: AbortSignal,
): Promise<GuestSpec> {
  const { machine, medium } = manifest;
  const { cpu, stubImage, credentials, ...same } = machine;
  const { segment, share, ...sockets } = workspace.sockets;
  const disk = medium.on === 'disk' ? await diskOn(medium, path, workspace, signal) : undefined;
  return {
    ...same,
    accelerator,
    cpu: accelerator === machine.accelerator && cpu !== undefined ? cpu : ARCHES[machine.arch].cpu[accelerator],
    kernel: path(machine.kernel),
    initrd: path(machine.initrd),
    ...(stubImage === undefined ? {} : { stubImage: path(stubImage) }),
    ...(disk === undefined ? {} : { dataDisk: { path: disk, format: 'qcow2' } }),
    ...(medium.on === 'share' ? { share: { socket: share, tag: medium.tag } } : {}),
    // The run's package proxy is gone; who looks for a failure may want the archive.
    network: { restrict: false, segmentSocket: segment },
    credentials: Object.fromEntries(
      Object.entries(credentials).map(([name, file]) => [name, workspace.file(`keys/${basename(file)}`)]),
    ),
    sockets,
    consoleLog: workspace.file('console.log'),
    pvpanic: false,
  };
}

/** The disk to write on: on the installed one as it lies there, on copies of the few layers above, which name each other. */
async function diskOn(
  { gib, layers }: Extract<Manifest['medium'], { on: 'disk' }>,
  path: (part: string) => string,
  workspace: Workspace,
  signal: AbortSignal,
): Promise<string> {
  const qemuImg = (...words: string[]) => run(['qemu-img', ...words], { purpose: 'making a disk', signal });
  const [installed, ...above] = layers;
  let below = installed === undefined ? undefined : path(installed);
  for (const layer of above) {
    const copy = workspace.file(basename(layer));
    await copySparse(path(layer), copy, signal);
    await qemuImg('rebase', '-q', '-u', '-f', 'qcow2', '-b', below ?? '', '-F', 'qcow2', copy);
    below = copy;
  }
  const disk = workspace.file('disk.qcow2');
  if (below === undefined) await qemuImg('create', '-q', '-f', 'qcow2', disk, `${gib}G`);
  else await qemuImg('create', '-q', '-f', 'qcow2', '-b', below, '-F', 'qcow2', disk);
  return disk;
}

/** Starts what serves the folder that is the root, where one is. */
async function serve(
  { manifest: { medium }, path }: OpenCapsule,
  workspace: Workspace,
  resources: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<Pick<MachineOptions, 'lifelines' | 'helpers'>> {
  if (medium.on !== 'share') return {};
  const folder = workspace.file('share');
  if (medium.tree === undefined) await mkdir(folder, { mode: 0o755 });
  else await unpackTree(path(medium.tree), folder, signal);
  const log = workspace.file('virtiofsd.log');
  const env = workspace.register.environment;
  const share = resources.use(await startShare({ folder, socket: workspace.sockets.share, log, env, signal }));
  workspace.register.process(share.pid, share.argv[0]);
  return { lifelines: [share.ended], helpers: [share.pid] };
}
