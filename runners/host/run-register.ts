import { randomUUID } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { HarnessError } from '../errors.ts';
import { findByEnvironment, ourLine, statOf } from './processes.ts';
import { MARK, ourselves, type RunRecord, recordPath, removeRecord, writeRecord } from './run-record.ts';

/** One thing in the record. */
export interface Registered extends Disposable {
  /** Takes it out of the record, after it was ended, unmounted or removed. */
  release(): void;
}

/**
 * Writes down what is about to be acquired, at once and on disk, so that the next start can clear it where this one is killed:
 * first the register, then the thing; first the thing is gone, then its entry.
 */
export class RunRegister implements Disposable {
  readonly #stateFolder: string;
  #record: RunRecord;

  /** @throws HarnessError `run-registered` where there is a record of that name. */
  constructor(stateFolder: string, run: string) {
    if (!/^[\w.@-]+$/.test(run) || existsSync(recordPath(stateFolder, run))) {
      throw new HarnessError({
        code: 'run-registered',
        message: `"${run}" cannot be the name of a run: there is one, or it is no name of a file`,
        evidence: recordPath(stateFolder, run),
      });
    }
    this.#stateFolder = resolve(stateFolder);
    const nothing = { kept: false, processes: [], containers: [], mounts: [], folders: [] };
    this.#record = { run, owner: ourselves(), mark: randomUUID(), ...nothing };
    writeRecord(this.#stateFolder, this.#record);
  }

  /**
   * To be put into the environment of what the run starts: by it everything that descends from the run is found, also what was
   * started and not yet registered when the runner was killed.
   */
  get environment(): Readonly<Record<string, string>> {
    return { [MARK]: this.#record.mark };
  }

  /**
   * A process, as soon as it has a pid.
   *
   * @param program what it executes in the end, where it was started through a wrapper such as setpriv.
   */
  process(pid: number, program: string): Registered {
    const startTime = statOf(pid)?.startTime;
    // One that has ended already leaves nothing to clear.
    if (startTime === undefined) return released;
    const entry = { pid, startTime, program: basename(program) };
    this.#update({ processes: [...this.#record.processes, entry] });
    return this.#registered(() => ({ processes: this.#record.processes.filter((other) => other !== entry) }));
  }

  /** A container, by the name that it is about to be given. */
  container(name: string): Registered {
    this.#update({ containers: [...this.#record.containers, name] });
    return this.#registered(() => ({ containers: without(this.#record.containers, name) }));
  }

  /**
   * A folder that is the run's alone, before it is made.
   *
   * @throws HarnessError `folder-not-ours` for one that holds the state, the home or this program.
   */
  folder(path: string): Registered {
    const folder = canonical(path);
    for (const precious of [this.#stateFolder, homedir(), process.cwd(), import.meta.dirname]) {
      if (`${canonical(precious)}${sep}`.startsWith(folder === sep ? sep : `${folder}${sep}`)) {
        throw new HarnessError({
          code: 'folder-not-ours',
          message: `${folder} is not registered to be cleared, since ${precious} lies in it`,
        });
      }
    }
    this.#update({ folders: [...this.#record.folders, folder] });
    return this.#registered(() => ({ folders: without(this.#record.folders, folder) }));
  }

  /** A mount point, before something is mounted on it. What is mounted below it goes with it. */
  mount(path: string): Registered {
    const point = canonical(path);
    this.#update({ mounts: [...this.#record.mounts, point] });
    return this.#registered(() => ({ mounts: without(this.#record.mounts, point) }));
  }

  /** From now on all of this record is meant to survive the runner, for as long as one of its processes lives. */
  keep(): void {
    this.#update({ kept: true });
  }

  /**
   * Takes the whole record away, unless it is to be kept. What still runs of it is killed: a program that was ended may leave
   * helpers of its own behind, and nobody would find them any more.
   */
  release(): void {
    if (this.#record.kept) return;
    const ours = ourLine();
    for (const pid of findByEnvironment(MARK, this.#record.mark)) {
      if (ours.includes(pid)) continue;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has just ended, or is not ours to end.
      }
    }
    removeRecord(this.#stateFolder, this.#record.run);
  }

  [Symbol.dispose](): void {
    this.release();
  }

  #update(change: Partial<RunRecord>): void {
    this.#record = { ...this.#record, ...change };
    writeRecord(this.#stateFolder, this.#record);
  }

  #registered(removal: () => Partial<RunRecord>): Registered {
    const release = (): void => this.#update(removal());
    return { release, [Symbol.dispose]: release };
  }
}

const released: Registered = { release: () => {}, [Symbol.dispose]: () => {} };

/** Without symbolic links, as the kernel tells of mount points; the last parts may not be there yet. */
function canonical(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  return join(canonical(dirname(absolute)), basename(absolute));
}

function without(list: readonly string[], item: string): string[] {
  const at = list.indexOf(item);
  return list.filter((_, index) => index !== at);
}
