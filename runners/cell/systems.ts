import { proveKexec } from '../machine/kexec-proof.ts';
import type { Machine, Mark, Patience } from '../machine/machine.ts';
import { STUB_CAME_BACK } from '../machine/sights.ts';
import { askIdentity, logIn, type SystemIdentity } from '../machine/system.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import type { Access } from './access.ts';
import { answerOf } from './budgets.ts';
import { familyOf } from './families.ts';
import type { Prepared } from './prepare.ts';

export interface WaysToFollow {
  readonly patience: Patience;
  readonly access: () => Access;
  /** Called when the installed system's services are there. */
  readonly started: () => void;
}

/** The systems that have been up in a cell's guest, each by its own words. */
export class Systems {
  /** In order: stub first, where it installed. */
  readonly seen: SystemIdentity[] = [];
  readonly #planned: PlannedCell;
  readonly #nonce: string;
  /** No reboot changes them. */
  #installedKernels: readonly string[] | undefined;

  /** @param nonce the word that this run has put on the kernel's command line */
  constructor(planned: PlannedCell, nonce: string) {
    this.#planned = planned;
    this.#nonce = nonce;
  }

  /** Asks the one that is up now. */
  async identify(machine: Machine, { proof }: Prepared, awaiting: string): Promise<SystemIdentity> {
    const identity = await askIdentity(machine, { awaiting, timeout: answerOf(proof, machine) });
    this.seen.push(identity);
    return identity;
  }

  /**
   * Waits for the installed system's login since the mark, and proves that stub handed over to it by kexec.
   *
   * @throws GuestFailure `kexec-doubtful` with all that speaks against it.
   */
  async followKexec(
    machine: Machine,
    mark: Mark,
    prepared: Prepared,
    { patience, access, started }: WaysToFollow,
  ): Promise<SystemIdentity> {
    const before = this.seen.at(-1);
    await logIn(machine, { ...patience, failOn: STUB_CAME_BACK, started }, mark.position);
    const after = await this.identify(machine, prepared, 'the words of the installed system about itself');
    this.#installedKernels ??= await this.#askKernels(access());
    const { filesystem } = this.#planned;
    proveKexec(machine, mark, {
      before,
      after,
      installedKernels: this.#installedKernels,
      nonce: this.#nonce,
      filesystem,
    });
    return after;
  }

  async #askKernels(access: Access): Promise<readonly string[]> {
    const { installedKernels } = familyOf(this.#planned.distribution);
    return (await access.shell(installedKernels)).split('\n').filter(Boolean);
  }
}
