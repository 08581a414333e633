import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Said {
  readonly pid: number;
  readonly building?: string;
  readonly step?: string;
  readonly folder?: string;
  readonly reused?: boolean;
}

/** A process that obtains the one entry of `builder.test-support.ts`. */
export class Builder {
  readonly said: Said[] = [];
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  #errors = '';
  #over = false;
  readonly #hearing = new EventEmitter().setMaxListeners(0);

  /** @param times in milliseconds: how long it builds, unless LOG.go is there, and how long it then holds the entry. */
  constructor(root: string, log: string, { build = 0, hold = 0 } = {}) {
    const script = join(import.meta.dirname, 'builder.test-support.ts');
    this.child = spawn(process.execPath, [script, root, log, String(build), String(hold)]);
    this.ended = once(this.child, 'close').then(() => {
      this.#over = true;
      this.#hearing.emit('more');
    });
    this.child.stderr?.on('data', (data: Buffer) => {
      this.#errors += data;
    });
    if (!this.child.stdout) throw new Error('no stdout');
    createInterface(this.child.stdout).on('line', (line) => {
      this.said.push(JSON.parse(line) as Said);
      this.#hearing.emit('more');
    });
  }

  /** The first thing it says that has this. */
  async says(what: keyof Said): Promise<Said> {
    for (;;) {
      const found = this.said.find((each) => what in each);
      if (found) return found;
      const { exitCode, signalCode } = this.child;
      if (this.#over) throw new Error(`it ended with ${exitCode ?? signalCode} before that: ${this.#errors}`);
      await once(this.#hearing, 'more');
    }
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
