import { randomInt } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import type { KeyPair } from '../channels/ssh/keys.ts';
import { HarnessError } from '../errors.ts';
import { device } from '../host/resources.ts';
import { Machine, type MachineOptions } from '../machine/machine.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { pasteable } from '../process/command.ts';
import { type Share, startShare } from '../share/share.ts';
import { type GuestSpec, guestSpec } from './guest-spec.ts';
import type { Installed } from './installed.ts';
import { emptyMedium, type Medium, mediumOf } from './medium.ts';
import type { Phases } from './phases.ts';
import type { Prepared } from './prepare.ts';
import type { Surroundings } from './surroundings.ts';
import type { Workspace } from './workspace.ts';

/** Names of the attachments in reports, and the files. */
const EVIDENCE = { console: 'console.log', 'qemu-argv': 'qemu.argv', 'qemu-log': 'qemu.log', segment: 'segment.pcap' };

/** The machine of a cell, with what it is installed on. Disposing of it ends it. */
export class Guest implements AsyncDisposable {
  /** What to boot in place of an empty disk. To be set before the medium is made. */
  installed: Installed | undefined;
  machine: Machine | undefined;
  readonly #planned: PlannedCell;
  readonly #given: Surroundings;
  readonly #workspace: Workspace;
  readonly #phases: Phases;
  readonly #resources = new AsyncDisposableStack();
  readonly #layers: string[] = [];
  #frozen = 0;
  #medium: Medium | undefined;
  #share: Share | undefined;

  constructor(planned: PlannedCell, given: Surroundings, workspace: Workspace, phases: Phases) {
    this.#planned = planned;
    this.#given = given;
    this.#workspace = workspace;
    this.#phases = phases;
  }

  /** What it is installed on; made by the first who asks. */
  async medium(): Promise<Medium> {
    this.#medium ??= await (this.installed
      ? mediumOf(this.installed, this.#workspace)
      : emptyMedium(this.#planned.filesystem, this.#workspace));
    return this.#medium;
  }

  /**
   * Absolute paths of the disks below the one that is written to, of those that this cell made itself, each lying on the one
   * before: as it was when the next was begun.
   */
  get layers(): readonly string[] {
    return [...this.#layers];
  }

  /** What a checkpoint brings with it. */
  replaceMedium(medium: Medium): void {
    this.#medium = medium;
  }

  /** Back to what `installed` says. */
  async forgetMedium(): Promise<void> {
    const { disk } = this.#medium ?? {};
    if (disk !== undefined) await rm(disk, { force: true });
    this.#medium = undefined;
  }

  /** The keys that open it. */
  get keys(): KeyPair {
    if (this.#medium) return this.#medium.keys;
    throw new HarnessError({ code: 'no-machine', message: 'the guest has no disk yet' });
  }

  /** The machine as it would be started. */
  async spec({ archive, image, proof, cpu }: Prepared): Promise<GuestSpec> {
    const { options } = this.#given;
    const parts = {
      planned: this.#planned,
      image,
      accelerator: proof.accelerator,
      cpu,
      workspace: this.#workspace,
      keyring: archive.keyring,
      options,
    };
    return guestSpec({ ...parts, medium: await this.medium(), ...(await freeVsock()) });
  }

  /** Where the machine's words go, and what ends it. */
  get options(): MachineOptions {
    const { options, signal } = this.#given;
    return {
      log: this.#workspace.file('qemu.log'),
      pcap: this.#workspace.file('segment.pcap'),
      outlive: options.keep,
      env: this.#workspace.register.environment,
      signal,
    };
  }

  async start(prepared: Prepared): Promise<Machine> {
    for (const [name, file] of Object.entries(EVIDENCE)) this.#phases.attach(name, this.#workspace.file(file));
    const spec = await this.spec(prepared);
    return this.adopt(await Machine.start(spec, { ...this.options, ...(await this.#serveShare()) }));
  }

  /** Takes over a machine that was started by somebody else, and leaves its command line among the evidence. */
  async adopt(machine: Machine): Promise<Machine> {
    this.machine = this.#resources.use(machine);
    this.#workspace.register.process(machine.qemu.pid, machine.qemu.argv[0]);
    this.#given.uses?.(machine.qemu.pid);
    await writeFile(this.#workspace.file('qemu.argv'), `${pasteable(machine.qemu.argv)}\n`);
    this.#phases.fact('qemu', machine.qemu.qmp.version);
    return machine;
  }

  /**
   * Has what is installed put aside while the machine stands still, and lets it go on, writing to a layer of its own.
   *
   * @param put gets the medium as it is at this moment; a disk's file it may move.
   */
  async freeze(put: (medium: Medium) => Promise<void>): Promise<void> {
    const { machine } = this;
    if (!machine) throw new HarnessError({ code: 'no-machine', message: 'the guest was never started' });
    const medium = await this.medium();
    const { qmp } = machine.qemu;
    await qmp.execute('stop');
    try {
      if (medium.disk !== undefined) {
        const layer = this.#workspace.scratch(`layer-${++this.#frozen}.qcow2`);
        await qmp.execute('blockdev-snapshot-sync', { device: 'data', 'snapshot-file': layer, format: 'qcow2' });
        this.#medium = { ...medium, disk: layer };
      }
      await put(medium);
    } finally {
      await machine.qemu.cont();
    }
  }

  /** Keeps the disk as it is at this moment, below a new layer. Takes some milliseconds; a folder is not kept. */
  async keepLayer(): Promise<void> {
    const { disk } = await this.medium();
    if (disk !== undefined) await this.freeze(async () => void this.#layers.push(disk));
  }

  /** Lets it go on without us, where it was started to outlive us. */
  async release(): Promise<void> {
    await this.machine?.release();
    this.#share?.release();
  }

  /** Starts what serves the folder that is the root, where one is. @returns what a machine has to know of it. */
  async #serveShare(): Promise<Pick<MachineOptions, 'lifelines' | 'helpers'>> {
    const { share: folder } = await this.medium();
    if (folder === undefined) return {};
    const { sockets, register } = this.#workspace;
    const log = this.#workspace.file('virtiofsd.log');
    this.#phases.attach('virtiofsd-log', log);
    const { env, outlive, signal } = this.options;
    const share = await startShare({ folder, socket: sockets.share, log, env, outlive, signal });
    this.#share = this.#resources.use(share);
    register.process(share.pid, share.argv[0]);
    this.#given.uses?.(share.pid);
    return { lifelines: [share.ended], helpers: [share.pid] };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}

/** A number that no other guest of this host is likely to have: there is no way to ask for a free one. */
async function freeVsock(): Promise<{ vsockCid?: number }> {
  const { state } = await device('/dev/vhost-vsock');
  return state === 'opens' ? { vsockCid: randomInt(0x10000, 0x7fffffff) } : {};
}
