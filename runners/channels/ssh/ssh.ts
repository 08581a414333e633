import { once } from 'node:events';
import { constants } from 'node:os';
import type { Client, ClientChannel } from 'ssh2';
import { GuestFailure } from '../../errors.ts';
import type { Endpoint } from './attempt.ts';
import type { HostKey } from './keys.ts';
import { type Reaching, reach } from './reach.ts';

export interface SshTarget extends Endpoint, Reaching {
  /** The text of a private key, in OpenSSH's format. */
  readonly privateKey: string;
}

export interface ExecOptions {
  /** In seconds. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** Written to the command's stdin, which is closed then; without it stdin is empty. */
  readonly input?: string | Uint8Array;
}

export interface ExecResult {
  /** 128 and the signal's number where a signal ended the command, as a shell tells it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A session with a guest, logged in by key. */
export class Ssh implements AsyncDisposable {
  readonly hostKey: HostKey;
  readonly #client: Client;
  readonly #awaiting: string;
  readonly #lost = new AbortController();
  readonly #closed: Promise<unknown>;

  private constructor(client: Client, hostKey: HostKey, awaiting: string) {
    this.hostKey = hostKey;
    this.#client = client;
    this.#awaiting = awaiting;
    client.on('error', (error) => this.#lost.abort(error.message));
    client.on('close', () => this.#lost.abort('the connection was closed'));
    this.#closed = once(this.#lost.signal, 'abort');
  }

  /**
   * Connects as soon as the guest's server is up.
   *
   * @throws GuestFailure `ssh-refused` where the key is refused, at once; else as `reach` does.
   */
  static async connect(target: SshTarget): Promise<Ssh> {
    const { user, privateKey, awaiting } = target;
    const byKey = () => {
      const methods = [{ type: 'publickey', username: user, key: privateKey } as const];
      return () => methods.shift();
    };
    const reached = await reach(target, byKey, target);
    if (reached.kind === 'open') return new Ssh(reached.client, reached.hostKey, awaiting);
    throw new GuestFailure({
      code: 'ssh-refused',
      message: `${awaiting}: ${user} is refused by key; the server offers ${reached.offered.join(', ') || 'nothing else'}: ${reached.because}`,
      hint: `see whether the run's public key stands in the authorized_keys of ${user}, and the rights of the folders above it`,
    });
  }

  /**
   * Has the user's shell on the guest run a command line, and waits for its end.
   *
   * @throws GuestFailure `ssh-exec-timeout` or `ssh-lost`, naming the command.
   */
  async exec(command: string, options: ExecOptions): Promise<ExecResult> {
    const { timeout, signal, input } = options;
    const expired = AbortSignal.timeout(Math.ceil(timeout * 1000));
    const end = AbortSignal.any([expired, this.#lost.signal, ...(signal ? [signal] : [])]);
    const { promise, resolve, reject } = Promise.withResolvers<ExecResult>();
    let channel: ClientChannel | undefined;
    const stop = (): void => {
      channel?.destroy();
      if (signal?.aborted) reject(signal.reason);
      else if (this.#lost.signal.aborted) reject(this.#lostFailure(command));
      else reject(this.#failure('ssh-exec-timeout', `"${command}" did not end within ${timeout} s`));
    };
    end.addEventListener('abort', stop, { once: true });
    if (end.aborted) stop();
    else {
      this.#client.exec(command, (error, opened) => {
        if (error) return reject(this.#lostFailure(command, error));
        channel = opened;
        collect(opened, resolve, () => reject(this.#lostFailure(command)));
        opened.end(input);
      });
    }
    try {
      return await promise;
    } finally {
      end.removeEventListener('abort', stop);
    }
  }

  /** Ends the session; a guest that is gone does not hold it up. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#lost.signal.aborted) return;
    this.#client.end();
    const timer = setTimeout(() => this.#client.destroy(), 1000);
    await this.#closed;
    clearTimeout(timer);
  }

  #lostFailure(command: string, cause?: Error): GuestFailure {
    const because = this.#lost.signal.aborted ? String(this.#lost.signal.reason) : (cause?.message ?? 'no exit status');
    return this.#failure('ssh-lost', `"${command}" has not told its end: ${because}`);
  }

  #failure(code: string, what: string): GuestFailure {
    return new GuestFailure({ code, message: `${this.#awaiting}: ${what}` });
  }
}

/** A channel that closes without a status was cut off. */
function collect(channel: ClientChannel, done: (result: ExecResult) => void, cutOff: () => void): void {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let exitCode: number | undefined;
  channel.on('data', (chunk: Buffer) => stdout.push(chunk));
  channel.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  channel.on('exit', (code: number | null, signal?: NodeJS.Signals) => {
    exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
  });
  channel.on('close', () => {
    if (exitCode === undefined) return cutOff();
    done({ exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
  });
}
