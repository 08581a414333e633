import type { Reason } from '../events/event.ts';
import { diagnose } from '../machine/diagnosis/diagnose.ts';
import { type Evidence, whatWasSaid } from '../machine/diagnosis/evidence.ts';
import { gatherEvidence } from '../machine/evidence/evidence.ts';
import type { PlannedCell } from '../matrix/plan.ts';
import { endsGuest, isStandstill } from './blame.ts';
import { type FirstFailure, leaveCapsule } from './capsule/leave.ts';
import type { Guest } from './guest.ts';
import type { Phases } from './phases.ts';
import type { Prepared } from './prepare.ts';
import type { Reuse } from './reuse.ts';
import type { Surroundings } from './surroundings.ts';
import { keepGuest } from './ways-in.ts';
import type { Workspace } from './workspace.ts';

interface Parts {
  readonly planned: PlannedCell;
  readonly given: Surroundings;
  readonly workspace: Workspace;
  readonly guest: Guest;
  readonly phases: Phases;
  readonly reuse: Reuse;
}

/** What is made of a cell's failures: a diagnosis, evidence, a capsule to see it again, a guest that is kept to be looked at. */
export class Aftermath {
  readonly #parts: Parts;
  #failure: FirstFailure | undefined;
  #lost = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The guest is gone, or as good as: nothing more can be asked of it. */
  get lost(): boolean {
    return this.#lost || this.#parts.guest.machine?.qemu.qmp.closed === true;
  }

  /** What a diagnosis rests on, besides the check that failed. */
  get evidence(): Pick<Evidence, 'console' | 'before' | 'phase'> {
    const { guest, phases } = this.#parts;
    const said = guest.machine ? whatWasSaid(guest.machine) : { console: [], before: 0 };
    return { ...said, phase: phases.failed };
  }

  /** Says what went wrong, where the catalogue knows it, and has what can still be had of a guest that does not get on. */
  async onFailure(reason: Reason, check: string): Promise<void> {
    const { planned, given, guest, phases, workspace } = this.#parts;
    const { code, message } = reason;
    this.#failure ??= { phase: phases.last, code, message, layers: guest.layers };
    this.#lost ||= endsGuest(code);
    const finding = diagnose({ ...this.evidence, check, reason, cell: planned.cell });
    if (finding) given.emit({ type: 'diagnosis', cell: planned.cell.id, ...finding });
    const { machine } = guest;
    if (!machine || machine.qemu.qmp.closed || !isStandstill(code)) return;
    const { taken, missing } = await gatherEvidence(machine, workspace.folder, given.signal);
    for (const { name, path } of taken) phases.attach(name, path);
    const lacking = missing.map(({ name, because }) => `\n  ${name}: ${because}`);
    if (lacking.length > 0) phases.note(`of a guest that does not get on, this could not be had:${lacking.join('')}`);
  }

  /** Ends the guest, unless it is to be kept, and leaves the capsule of a failure. `prepared` is what the cell had made ready. */
  async end(prepared: Prepared | undefined): Promise<void> {
    const { guest, phases, reuse, workspace } = this.#parts;
    const machine = this.#kept ? guest.machine : undefined;
    const kept = machine && (await keepGuest(guest, machine, workspace, phases));
    try {
      if (!kept) await guest[Symbol.asyncDispose]();
      await this.#leaveCapsule(prepared);
      await reuse[Symbol.asyncDispose]();
    } finally {
      if (!kept) await workspace[Symbol.asyncDispose]();
    }
  }

  async #leaveCapsule(prepared: Prepared | undefined): Promise<void> {
    const { reuse, ...parts } = this.#parts;
    const failure = this.#failure;
    if (!failure || !prepared || parts.given.signal.aborted) return;
    await leaveCapsule({ ...parts, prepared, failure, installed: () => reuse.installed() });
  }

  get #kept(): boolean {
    const { given, guest } = this.#parts;
    return (
      given.options.keep &&
      this.#failure !== undefined &&
      guest.machine?.qemu.qmp.closed === false &&
      !given.signal.aborted
    );
  }
}
