import { base64OfPublicKey } from '../channels/ssh/keys.ts';
import { GuestFailure, HarnessError } from '../errors.ts';
import type { Reason } from '../events/event.ts';
import { doubtsAbout, kernelsIn } from '../machine/kexec-proof.ts';
import type { Machine, Mark, Patience } from '../machine/machine.ts';
import { FATAL_SIGHTS, STUB_CAME_BACK } from '../machine/sights.ts';
import { askIdentity, awaitRootShell, logIn, type SystemIdentity } from '../machine/system.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { Access } from './access.ts';
import { ANSWER, BUDGETS, type Phase } from './budgets.ts';
import { type InstalledDisk, keepDisk } from './disks.ts';
import { FAMILIES, type Family } from './families.ts';
import { startGuest } from './guest.ts';
import { install, installerLine } from './install.ts';
import { Phases } from './phases.ts';
import { findArchiveOf, type Prepared, prepare } from './prepare.ts';
import type { Surroundings } from './surroundings.ts';
import { keepGuest } from './ways-in.ts';
import { hostNameOf, openWorkspace, type Workspace } from './workspace.ts';

/** Names of the attachments in reports, and the files. */
const EVIDENCE = { console: 'console.log', 'qemu-argv': 'qemu.argv', 'qemu-log': 'qemu.log', segment: 'segment.pcap' };

/** Failures after which a guest answers nothing: what kills it, and a console that is silent. */
const ENDS = new Set([...FATAL_SIGHTS.map(({ code }) => code), 'console-timeout', 'console-idle', 'kexec-not-done']);

/**
 * One cell on its way: image, stub, install, reboot, installed system. Its methods are the steps that a person would take;
 * each waits for what it did, with a deadline, and throws a GuestFailure or a HarnessError that says what did not come.
 */
export class Cell implements AsyncDisposable {
  readonly planned: PlannedCell;
  readonly hostName: string;
  readonly family: Family;
  /** SSH's host key of the stub that installed, base64. */
  stubHostKey = '';
  /** The systems that have been up, in order: the stub first. */
  readonly systems: SystemIdentity[] = [];
  readonly #given: Surroundings;
  readonly #workspace: Workspace;
  readonly #phases: Phases;
  #prepared: Prepared | undefined;
  #machine: Machine | undefined;
  #access: Access | undefined;
  /** Where the reboot was asked for whose end we await. */
  #rebootMark: Mark | undefined;
  #installed = false;
  #failed = false;
  #lost = false;

  private constructor(planned: PlannedCell, given: Surroundings, workspace: Workspace) {
    this.planned = planned;
    this.hostName = hostNameOf(planned.cell.id);
    this.family = FAMILIES[planned.distribution.family];
    this.#given = given;
    this.#workspace = workspace;
    this.#phases = new Phases(planned.cell.id, given.emit);
  }

  /** @param installed what an earlier run left, to go on from instead of installing; it is not written to. */
  static async open(planned: PlannedCell, given: Surroundings, installed?: InstalledDisk): Promise<Cell> {
    const { cacheFolder } = given.options;
    const cell = new Cell(planned, given, await openWorkspace(given.folder, { cacheFolder, installed }));
    if (installed) cell.stubHostKey = installed.hostKey;
    return cell;
  }

  /** Finds the archive, builds or reuses the image, proves an accelerator. */
  async prepare(): Promise<Prepared> {
    const { options, signal } = this.#given;
    const { register } = this.#workspace;
    const progress = (step: string) => this.#phases.progress(step);
    const prepared = await this.#phases.span('image', () =>
      prepare(this.planned, options, { progress, register, signal }),
    );
    const { archive, image, proof } = prepared;
    this.#phases.fact('archive', `${archive.uri} (${archive.from}), Release of ${archive.date}`);
    const security = `${archive.securityUri} (${archive.securityFrom}), Release of ${archive.securityDate}`;
    this.#phases.fact('security archive', security);
    this.#phases.fact('image', `${image.key} (${image.reused ? 'reused' : 'built'})`);
    this.#phases.fact('accelerator', `${proof.accelerator}: ${proof.because}`);
    this.#prepared = prepared;
    return prepared;
  }

  /** Starts the machine with an empty disk and waits for stub's root shell. */
  async bootStub(): Promise<SystemIdentity> {
    return this.#phases.span('boot-stub', async () => {
      const machine = await this.#start();
      await awaitRootShell(machine, this.#patience('boot-stub', "stub's root shell on the console"), 0);
      const stub = await this.#identify("stub's own words about itself");
      this.#phases.fact('stub kernel', stub.release);
      this.stubHostKey = base64OfPublicKey(await this.guest.shell('cat /etc/ssh/ssh_host_ed25519_key.pub'));
      return stub;
    });
  }

  /** Types the installer's line, waits until it says that it is done, and for the reset that it asks for. */
  async install(): Promise<void> {
    const line = installerLine(this.planned.cell, this.#ready.archive, this.#given.options);
    const budget = BUDGETS[this.#ready.proof.accelerator].install;
    const mark = await this.#phases.span('install', async () => {
      try {
        return await install(this.machine, line, this.#phases, budget);
      } catch (error) {
        // Where this host cannot reach the archive any more either, the guest is not to blame.
        if (error instanceof GuestFailure && error.code === 'installer-failed') await this.#findArchive();
        throw error;
      }
    });
    this.#installed = true;
    await this.#awaitReset('shutdown', 'the reset at the end of the installer', mark);
  }

  /** Starts the machine with a disk on which something is installed. */
  async bootDisk(): Promise<void> {
    const machine = await this.#start();
    this.#rebootMark = machine.start;
  }

  /**
   * Follows a reboot, or the start from a disk, to the login of the installed system.
   *
   * @throws GuestFailure `kexec-doubtful` with all that speaks against a handover by kexec.
   */
  async reachInstalled(): Promise<void> {
    const mark = this.#rebootMark;
    const before = this.systems.at(-1);
    if (!mark) throw new HarnessError({ code: 'no-reboot', message: 'nothing asked the guest to reboot' });
    await this.#phases.span('boot-installed', async () => {
      const patience = this.#patience('boot-installed', 'the login prompt of the installed system');
      await logIn(this.machine, { ...patience, failOn: STUB_CAME_BACK }, mark.position);
      const after = await this.#identify('the words of the installed system about itself');
      const installedKernels = (await this.guest.shell(this.family.installedKernels)).split('\n').filter(Boolean);
      this.#phases.fact('installed kernel', `${after.release} ${after.version}`);
      const resets = this.machine.resetsSince(mark);
      const kernelsSeen = kernelsIn(this.machine.qemu.console.text(mark.position));
      const { nonce } = this.#workspace;
      const { fs } = this.planned.cell;
      const doubts = doubtsAbout({ before, after, resets, kernelsSeen, installedKernels, nonce, fs });
      if (doubts.length > 0) throw new GuestFailure({ code: 'kexec-doubtful', message: doubts.join('; ') });
    });
  }

  /** Has the installed system reboot itself. */
  async rebootAgain(): Promise<void> {
    await this.#leave();
    const mark = this.machine.mark();
    await this.machine.type('systemctl reboot');
    await this.#awaitReset('shutdown', 'the reset of the second reboot', mark);
  }

  /** Presses the power button and waits for the end of QEMU. */
  async powerOff(): Promise<void> {
    await this.#leave();
    const patience = this.#patience('power-off', 'the power-off of the guest');
    await this.#phases.span('power-off', () => this.machine.powerOff(patience));
  }

  /** Absolute path of the data disk, a qcow2. */
  get disk(): string {
    return this.#workspace.disk;
  }

  /** The ways into the running guest. */
  get guest(): Access {
    if (this.#access) return this.#access;
    const timeout = ANSWER[this.#ready.proof.accelerator];
    const { privateKey } = this.#workspace.keys;
    this.#access = new Access(this.machine, { privateKey, timeout, signal: this.#given.signal });
    return this.#access;
  }

  get machine(): Machine {
    if (this.#machine) return this.#machine;
    throw new HarnessError({ code: 'no-machine', message: 'the guest was never started' });
  }

  /** The guest is gone, or as good as: nothing more can be asked of it. */
  get lost(): boolean {
    return this.#lost || this.#machine?.qemu.qmp.closed === true;
  }

  onFailure(reason: Reason): void {
    this.#failed = true;
    this.#lost ||= ENDS.has(reason.code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
    if (this.#toBeKept && (await keepGuest(this.machine, this.#workspace, this.#phases))) return;
    try {
      await this.#machine?.[Symbol.asyncDispose]();
      const { disk, keys, register } = this.#workspace;
      const installed = { disk, keys, hostKey: this.stubHostKey };
      if (this.#installed) await keepDisk(this.#given.options.cacheFolder, this.planned.cell.id, installed, register);
    } finally {
      await this.#workspace[Symbol.asyncDispose]();
    }
  }

  get #toBeKept(): boolean {
    const { options, signal } = this.#given;
    return options.keep && this.#failed && this.#machine?.qemu.qmp.closed === false && !signal.aborted;
  }

  get #ready(): Prepared {
    if (this.#prepared) return this.#prepared;
    throw new HarnessError({ code: 'no-image', message: 'the image of the cell was never made ready' });
  }

  #findArchive() {
    const { options, signal } = this.#given;
    return findArchiveOf(this.planned.distribution, options, signal);
  }

  async #start(): Promise<Machine> {
    const { image, proof } = this.#ready;
    const { options, signal } = this.#given;
    const { cell } = this.planned;
    for (const [name, file] of Object.entries(EVIDENCE)) this.#phases.attach(name, this.#workspace.file(file));
    const parts = { cell, image, accelerator: proof.accelerator, workspace: this.#workspace, options };
    const machine = await startGuest(parts, signal);
    this.#machine = machine;
    this.#phases.fact('qemu', machine.qemu.qmp.version);
    return machine;
  }

  async #identify(awaiting: string): Promise<SystemIdentity> {
    const timeout = ANSWER[this.#ready.proof.accelerator];
    const identity = await askIdentity(this.machine, { awaiting, timeout });
    this.systems.push(identity);
    return identity;
  }

  async #awaitReset(phase: Phase, awaiting: string, mark: Mark): Promise<void> {
    await this.#phases.span(phase, () => this.machine.reset(mark, this.#patience(phase, awaiting)));
    this.#rebootMark = mark;
  }

  #patience(phase: Phase, awaiting: string): Patience {
    return { awaiting, ...BUDGETS[this.#ready.proof.accelerator][phase] };
  }

  /** Ends the sessions into a system that is about to go. */
  async #leave(): Promise<void> {
    const access = this.#access;
    this.#access = undefined;
    await access?.[Symbol.asyncDispose]();
  }
}
