import { base64OfPublicKey } from '../channels/ssh/keys.ts';
import { HarnessError } from '../errors.ts';
import type { Reason } from '../events/event.ts';
import type { Machine, Mark } from '../machine/machine.ts';
import { awaitRootShell } from '../machine/system.ts';
import { driversOf } from '../matrix/drivers.ts';
import type { ArchiveKind } from '../matrix/fields.ts';
import { loadMatrix } from '../matrix/load.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { ARCHES } from '../qemu/arch.ts';
import { Access } from './access.ts';
import { Aftermath } from './aftermath.ts';
import { blame } from './blame.ts';
import { ANSWER, answerOf, type Phase, patienceOf } from './budgets.ts';
import { type Family, familyOf } from './families.ts';
import { Guest } from './guest.ts';
import type { Helpers } from './image.ts';
import { install, installerLine } from './install.ts';
import type { Installed } from './installed.ts';
import { Phases } from './phases.ts';
import { factsAbout, type Prepared, prepare } from './prepare.ts';
import { Reuse } from './reuse.ts';
import type { Surroundings } from './surroundings.ts';
import { Systems } from './systems.ts';
import { hostNameOf, openWorkspace, type Workspace } from './workspace.ts';

/** Why a step was not taken: what it leads to was there already. Nothing where it was taken. */
export type Outcome = { readonly skipped: string } | undefined;

/**
 * One cell on its way: image, stub, install, reboot, installed system. Its methods are the steps that a person would take;
 * each waits for what it did, with a deadline, and throws a GuestFailure or a HarnessError that says what did not come.
 * Steps whose end an earlier run has kept are left out.
 */
export class Cell implements AsyncDisposable {
  readonly planned: PlannedCell;
  readonly hostName: string;
  readonly family: Family;
  /** SSH's host key of the stub that installed, base64. */
  stubHostKey = '';
  readonly systems: Systems;
  readonly #given: Surroundings;
  readonly #workspace: Workspace;
  readonly #phases: Phases;
  readonly #reuse: Reuse;
  readonly #guest: Guest;
  readonly #aftermath: Aftermath;
  #prepared: Prepared | undefined;
  #access: Access | undefined;
  /** Where the reboot was asked for whose end we await. */
  #rebootMark: Mark | undefined;

  private constructor(planned: PlannedCell, given: Surroundings, workspace: Workspace) {
    this.planned = planned;
    this.hostName = hostNameOf(planned.cell.id);
    this.family = familyOf(planned.distribution);
    this.#given = given;
    this.#workspace = workspace;
    this.#phases = new Phases(planned.cell.id, given.emit, planned.expected);
    this.#reuse = new Reuse(planned, given, this.#phases);
    this.#guest = new Guest(planned, given, workspace, this.#phases);
    const parts = { guest: this.#guest, phases: this.#phases, reuse: this.#reuse };
    this.#aftermath = new Aftermath({ planned, given, workspace, ...parts });
    this.systems = new Systems(planned, workspace.nonce);
  }

  static async open(planned: PlannedCell, given: Surroundings): Promise<Cell> {
    return new Cell(planned, given, await openWorkspace(given.folder, given.options.cacheFolder));
  }

  /** Finds the archive if anything is to be installed, builds or reuses the image, proves an accelerator. */
  async prepare(): Promise<Prepared> {
    const { options, signal } = this.#given;
    const { register } = this.#workspace;
    const phases = this.#phases;
    const progress: Helpers['progress'] = (step, left) => {
      phases.progress(step);
      if (left !== undefined) phases.makes(left);
    };
    const prepared = await phases.span('image', async () => {
      const helpers = { progress, register, signal };
      const all = await prepare(this.planned, options, helpers, this.#guest.installed?.archive);
      phases.makes(0);
      return all;
    });
    for (const [name, value] of Object.entries(factsAbout(prepared, this.planned.distribution)))
      this.#phases.fact(name, value);
    this.#given.emit({ type: 'cell-archive', cell: this.planned.cell.id, archive: prepared.archive.kind });
    this.#prepared = prepared;
    return prepared;
  }

  /** Looks for what an earlier run has kept of this cell, so that the steps to it need not be taken. */
  async findKept(): Promise<void> {
    // Who starts at stub's shell is about to install; what to boot may have been chosen already.
    if (this.#reuse.stage === 'shell' || this.#guest.installed) return;
    const installed = await this.#phases.span('store', () => this.#reuse.findInstalled(this.#ready));
    if (installed) this.startFrom(installed);
  }

  /** The guest will boot this, in a copy, instead of installing. */
  startFrom(installed: Installed): void {
    this.stubHostKey = installed.hostKey;
    this.#guest.installed = installed;
  }

  /** Starts the machine with an empty disk, or goes on from a checkpoint, and waits for stub's root shell. */
  async bootStub(): Promise<Outcome> {
    if (this.#guest.installed) return this.#reuse.outcome;
    const fromShell = this.#reuse.stage === 'shell';
    const restored = fromShell ? await this.#reuse.restore('shell', this.#guest, this.#ready) : undefined;
    if (!restored) await this.#turn();
    await this.#phases.span('boot-stub', async () => {
      if (!restored) {
        const machine = await this.#guest.start(this.#ready);
        await awaitRootShell(machine, this.#patience('boot-stub', "stub's root shell on the console"), 0);
      }
      const stub = await this.systems.identify(this.machine, this.#ready, "stub's own words about itself");
      this.#phases.fact('stub kernel', stub.release);
      this.stubHostKey = base64OfPublicKey(await this.guest.shell('cat /etc/ssh/ssh_host_ed25519_key.pub'));
    });
    if (restored) return { skipped: restored.because };
    if (fromShell) await this.#reuse.save('shell', this.#guest, this.#ready, this.stubHostKey);
    return undefined;
  }

  /** Types the installer's line, waits until it says that it is done, and for the reset that it asks for. */
  async install(): Promise<Outcome> {
    if (this.#guest.installed) return this.#reuse.outcome;
    const line = installerLine(this.planned.cell, this.#ready, this.#given.options);
    const began = Date.now();
    const { mark, packages } = await this.#phases.span('install', () =>
      install(this.machine, line, this.#phases, this.#patience('install', 'the end of the installer')).catch((error) =>
        blame(error, began, this.#ready.archive, this.planned, this.#given),
      ),
    );
    await this.#leave();
    await this.#awaitReset('shutdown', 'the reset at the end of the installer', mark);
    await this.#reuse.keepInstalled(this.#guest, { hostKey: this.stubHostKey, packages });
    return undefined;
  }

  /** Starts the machine with what is installed. */
  async bootDisk(): Promise<void> {
    await this.#turn();
    const machine = await this.#guest.start(this.#ready);
    this.#rebootMark = machine.start;
  }

  /**
   * Follows a reboot, or starts the machine from its disk, to the login of the installed system; or goes on from a checkpoint.
   *
   * @throws GuestFailure `kexec-doubtful` with all that speaks against a handover by kexec.
   */
  async reachInstalled(): Promise<Outcome> {
    // A machine that runs already has just installed.
    const fromBooted = this.#reuse.stage === 'booted' && !this.#guest.machine;
    const restored = fromBooted ? await this.#reuse.restore('booted', this.#guest, this.#ready) : undefined;
    if (restored) {
      this.guest.knock();
      await this.systems.identify(this.machine, this.#ready, 'the words of the installed system about itself');
      return { skipped: restored.because };
    }
    if (!this.#guest.machine) await this.bootDisk();
    // A checkpoint is of a guest that nobody talks to.
    await this.#followKexec(() => fromBooted || this.guest.knock());
    if (fromBooted) await this.#reuse.save('booted', this.#guest, this.#ready, this.stubHostKey);
    return undefined;
  }

  /** Has the installed system reboot itself, and follows it. */
  async rebootAgain(): Promise<Outcome> {
    if (this.#reuse.stage === 'booted') return { skipped: '--from booted is for what comes between login and reboot' };
    await this.#leave();
    const mark = this.machine.mark();
    await this.machine.type('systemctl reboot');
    await this.#awaitReset('shutdown', 'the reset of the second reboot', mark);
    // Should this boot fail, it can be seen again.
    await this.#guest.keepLayer();
    await this.#followKexec(() => {});
    return undefined;
  }

  /** Asks the guest from outside to power itself off, and waits for the end of QEMU. */
  async powerOff(): Promise<Outcome> {
    if (this.#reuse.stage === 'booted') return { skipped: '--from booted leaves the guest running' };
    await this.#leave();
    const patience = this.#patience('power-off', 'the power-off of the guest');
    await this.#phases.span('power-off', () => this.machine.powerOff(patience, ARCHES[this.#ready.arch].powerOff));
    return undefined;
  }

  /** A span of work that is told of, as a phase is. */
  span<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.#phases.span(name, work);
  }

  /** Absolute path of the data disk, a qcow2; made by the first who asks. */
  async disk(): Promise<string | undefined> {
    return (await this.#guest.medium()).disk;
  }

  /** What it is installed from, once that is known. */
  get archive(): ArchiveKind | undefined {
    return this.#prepared?.archive.kind;
  }

  /** The kernel modules that its initramfs has to hold besides those of its own root. */
  get drivers(): readonly string[] {
    return driversOf(loadMatrix(), this.planned.cell, this.#ready.archive.kind);
  }

  /** The ways into the running guest. */
  get guest(): Access {
    if (this.#access) return this.#access;
    const { privateKey } = this.#guest.keys;
    const { proof } = this.#ready;
    const timeout = () => answerOf(proof, this.machine);
    const slowness = () => timeout() / ANSWER.kvm;
    this.#access = new Access(this.machine, { privateKey, timeout, slowness, signal: this.#given.signal });
    return this.#access;
  }

  get machine(): Machine {
    if (this.#guest.machine) return this.#guest.machine;
    throw new HarnessError({ code: 'no-machine', message: 'the guest was never started' });
  }

  /** The guest is gone, or as good as: nothing more can be asked of it. */
  get lost(): boolean {
    return this.#aftermath.lost;
  }

  /** What a diagnosis rests on, besides the check that failed. */
  get evidence(): Aftermath['evidence'] {
    return this.#aftermath.evidence;
  }

  /** Called once a check has failed, while the guest is as it was then. */
  onFailure(reason: Reason, check: string): Promise<void> {
    return this.#aftermath.onFailure(reason, check);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#leave();
    await this.#aftermath.end(this.#prepared);
  }

  get #ready(): Prepared {
    if (this.#prepared) return this.#prepared;
    throw new HarnessError({ code: 'no-image', message: 'the image of the cell was never made ready' });
  }

  async #followKexec(started: () => void): Promise<void> {
    await this.#phases.span('boot-installed', async () => {
      const mark = this.#rebootMark;
      if (!mark) throw new HarnessError({ code: 'no-reboot', message: 'nothing asked the guest to reboot' });
      const patience = this.#patience('boot-installed', 'the login prompt of the installed system');
      const ways = { patience, access: () => this.guest, started };
      const { release, version } = await this.systems.followKexec(this.machine, mark, this.#ready, ways);
      this.#phases.fact('installed kernel', `${release} ${version}`);
    });
  }

  /** Waits until the guest may boot, where it has to wait. */
  async #turn(): Promise<void> {
    const turn = this.#given.turn?.();
    if (turn) await this.#phases.span('turn', () => turn);
  }

  async #awaitReset(phase: Phase, awaiting: string, mark: Mark): Promise<void> {
    await this.#phases.span(phase, () => this.machine.reset(mark, this.#patience(phase, awaiting)));
    this.#rebootMark = mark;
  }

  #patience(phase: Phase, awaiting: string) {
    return patienceOf(phase, this.#ready.proof, awaiting);
  }

  /** Ends the sessions into a system that is about to go. */
  async #leave(): Promise<void> {
    const access = this.#access;
    this.#access = undefined;
    await access?.[Symbol.asyncDispose]();
  }
}
