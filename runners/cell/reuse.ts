import type { PlannedCell } from '../matrix/plan.ts';
import type { Entry, Store } from '../store/store.ts';
import { type CheckpointParts, restoreCheckpoint, type Stage, takeCheckpoint } from './checkpoints.ts';
import type { Guest } from './guest.ts';
import { installInputs } from './install-inputs.ts';
import { INSTALLED, Installation } from './installation.ts';
import { type Installed, readInstalled, writeInstalled } from './installed.ts';
import type { Phases } from './phases.ts';
import type { Prepared } from './prepare.ts';
import { storeOf } from './store.ts';
import type { Surroundings } from './surroundings.ts';

/** What a cell takes over from earlier runs, and leaves to later ones. */
export class Reuse implements AsyncDisposable {
  readonly #planned: PlannedCell;
  readonly #given: Surroundings;
  readonly #phases: Phases;
  readonly #store: Store;
  #installation: Installation | undefined;
  #reused: Entry | undefined;
  #kept = false;
  #contents: string | null = null;

  constructor(planned: PlannedCell, given: Surroundings, phases: Phases) {
    this.#planned = planned;
    this.#given = given;
    this.#phases = phases;
    this.#store = storeOf(given.options);
  }

  /** Where the user wants to start, if not at the beginning. */
  get stage() {
    return this.#given.options.from;
  }

  /** Why nothing is installed. */
  get outcome(): { readonly skipped: string } {
    return {
      skipped: `the installed disk ${this.#reused?.key ?? ''} of an earlier run is used; --fresh installs again`,
    };
  }

  /** What an earlier run installed of the same inputs. Waits for another process that is about to. */
  async findInstalled({ archive, image }: Prepared): Promise<Installed | undefined> {
    const { options, signal } = this.#given;
    const inputs = installInputs(this.#planned, archive, options, image.visible);
    const progress = (step: string) => this.#phases.progress(step);
    this.#installation = await Installation.open(this.#store, inputs, {
      label: this.#planned.cell.id,
      progress,
      signal,
    });
    const { reused } = this.#installation;
    if (!reused) {
      const { expectedAnew } = this.#planned;
      if (expectedAnew !== undefined) this.#phases.expect(expectedAnew);
      return undefined;
    }
    this.#reused = await this.#installation.entry;
    const found = await this.#store.find(INSTALLED, inputs);
    // A checkpoint is of these bytes: an install of the same inputs made again has others.
    if ('hit' in found) this.#contents = JSON.stringify(found.hit.manifest.files);
    this.#phases.expect(this.#planned.expectedInstalled);
    this.#phases.fact('installed disk', `${this.#reused.key} (reused)`);
    return reused;
  }

  /** Puts what the guest has just installed into the store, for later runs. */
  async keepInstalled(guest: Guest, said: Pick<Installed, 'hostKey' | 'packages'>): Promise<void> {
    const installation = this.#installation;
    if (!installation) return;
    await this.#phases.span('keep', () =>
      guest.freeze((medium) => installation.complete((folder) => writeInstalled(folder, medium, said))),
    );
    this.#kept = true;
  }

  /** What this cell has just installed or was started from, as the store has it; nothing where it is not in there. */
  async installed(): Promise<Installed | undefined> {
    if (this.#installation?.reused) return this.#installation.reused;
    if (!this.#kept || !this.#installation) return undefined;
    return readInstalled((await this.#installation.entry).folder);
  }

  /** Goes on from where an earlier run put the guest aside; nothing where there is no such checkpoint. */
  async restore(stage: Stage, guest: Guest, prepared: Prepared) {
    return restoreCheckpoint(await this.#parts(stage, guest, prepared));
  }

  /** Puts the guest aside for later runs. */
  async save(stage: Stage, guest: Guest, prepared: Prepared, hostKey: string): Promise<void> {
    await takeCheckpoint(await this.#parts(stage, guest, prepared), hostKey);
  }

  /** Waits until what was installed is in the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#installation?.close();
  }

  async #parts(stage: Stage, guest: Guest, prepared: Prepared): Promise<CheckpointParts> {
    const { signal } = this.#given;
    const label = this.#planned.cell.id;
    const parts = { stage, guest, prepared, store: this.#store, phases: this.#phases, label, signal };
    return { ...parts, installed: stage === 'shell' ? null : this.#contents };
  }
}
