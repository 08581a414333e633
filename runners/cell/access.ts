import type { AgentOptions, GuestAgent } from '../channels/guest-agent/guest-agent.ts';
import { type LlmnrAnswer, type LlmnrTransport, resolve } from '../channels/segment/llmnr.ts';
import { attemptPasswords, type PasswordResult } from '../channels/ssh/password.ts';
import { Ssh } from '../channels/ssh/ssh.ts';
import { GuestFailure } from '../errors.ts';
import type { Machine } from '../machine/machine.ts';

/** LLMNR's own second is short for an emulated guest, whose answer waits behind whatever else it does. */
const LLMNR_SECONDS = 5;

/** The least time to wait for an answer over LLMNR, in seconds: an interrupt of the host must not decide. */
const SHORTEST = 0.2;

export interface AccessOptions {
  /** The private key's text. */
  readonly privateKey: string;
  /** For one command or one answer, in seconds, as it is at present. */
  readonly timeout: () => number;
  /** How many times as long the guest takes at present as one under KVM. */
  readonly slowness: () => number;
  readonly signal: AbortSignal;
}

/** What a command came to, whichever way it went. */
export interface CommandEnded {
  readonly status: number;
  readonly stdout: string;
  /** Empty where a terminal mixes both. */
  readonly stderr: string;
}

/** The ways into a running guest: console, SSH, the network segment, the guest agent. */
export class Access implements AsyncDisposable {
  readonly #machine: Machine;
  readonly #options: AccessOptions;
  #ssh: Promise<Ssh> | undefined;
  #passwords: Promise<PasswordResult> | undefined;

  constructor(machine: Machine, options: AccessOptions) {
    this.#machine = machine;
    this.#options = options;
  }

  /** Seconds for one command or one answer. */
  get patience(): number {
    return this.#options.timeout();
  }

  get slowness(): number {
    return this.#options.slowness();
  }

  /** Aborted when the user breaks the run off. */
  get signal(): AbortSignal {
    return this.#options.signal;
  }

  /** Has the root shell on the console run a command. */
  async type(command: string, timeout = this.patience): Promise<CommandEnded> {
    const awaiting = `"${command}" at the console`;
    const { status, output } = await this.#machine.execute(command, { awaiting, timeout });
    return { status, stdout: output, stderr: '' };
  }

  /** Runs a command at the root shell on the console; a status other than 0 is the guest's failure. @returns its output. */
  async shell(command: string): Promise<string> {
    const { status, stdout } = await this.type(command);
    if (status === 0) return stdout;
    throw new GuestFailure({ code: 'command-failed', message: `"${command}" ended with status ${status}: ${stdout}` });
  }

  /** Runs a command over SSH, logged in by the run's key. */
  async exec(command: string, timeout = this.patience): Promise<CommandEnded> {
    const ssh = await this.ssh();
    const { exitCode, stdout, stderr } = await this.#machine.whileAlive(`"${command}" over SSH`, () =>
      ssh.exec(command, { timeout, signal: this.signal }),
    );
    return { status: exitCode, stdout, stderr };
  }

  /** Runs a command over SSH; a status other than 0 is the guest's failure. @returns its output. */
  async run(command: string): Promise<string> {
    const { status, stdout, stderr } = await this.exec(command);
    if (status === 0) return stdout;
    const message = `"${command}" over SSH ended with status ${status}: ${stderr || stdout}`;
    throw new GuestFailure({ code: 'command-failed', message });
  }

  /** The SSH session, logged in by the run's key; one for all callers. */
  ssh(): Promise<Ssh> {
    const { privateKey } = this.#options;
    this.#ssh ??= this.#endpoint('SSH login by key').then((endpoint) =>
      this.#machine.whileAlive(endpoint.awaiting, () => Ssh.connect({ ...endpoint, privateKey })),
    );
    return this.#ssh;
  }

  /** What came of logging in over SSH without the key, by a password and by an empty one; tried once for all callers. */
  passwords(): Promise<PasswordResult> {
    this.#passwords ??= this.#endpoint('SSH login by a password').then((endpoint) =>
      this.#machine.whileAlive(endpoint.awaiting, () => attemptPasswords({ ...endpoint, passwords: ['password', ''] })),
    );
    return this.#passwords;
  }

  /**
   * Begins what takes a guest longest and will be asked for anyway: a login by key, of which emulation makes a second, and
   * those by passwords, which sshd makes wait for their refusal.
   */
  knock(): void {
    // Whoever asks is told how it went.
    for (const begun of [this.ssh(), this.passwords()]) begun.catch(() => {});
  }

  /** Asks the guest's network segment for a name, as a neighbour would, up to three times. `undefined` when nobody answers. */
  resolve(
    name: string,
    type: 'A' | 'AAAA',
    via: LlmnrTransport,
    timeout: number = LLMNR_SECONDS,
  ): Promise<LlmnrAnswer | undefined> {
    const { signal } = this.#options;
    return this.#machine.whileAlive(`an answer over LLMNR for ${name}`, () =>
      resolve(this.#machine.neighbour, name, type, via, { timeout, signal }),
    );
  }

  /**
   * Whether nobody answers for a name. Asked three times, each with ten times the patience that the guest has just needed to
   * answer for its own: it would have.
   *
   * @throws GuestFailure `llmnr-silent` where it does not answer for its own.
   */
  async isUnanswered(name: string, own: string): Promise<boolean> {
    const answer = await this.resolve(own, 'A', 'ipv4');
    if (!answer)
      throw new GuestFailure({ code: 'llmnr-silent', message: `nobody answers for ${own} over LLMNR either` });
    const timeout = Math.min(LLMNR_SECONDS, Math.max(SHORTEST, 10 * answer.seconds));
    return (await this.resolve(name, 'A', 'ipv4', timeout)) === undefined;
  }

  /** Asks the guest agent. */
  agent<T>(awaiting: string, ask: (agent: GuestAgent, patience: AgentOptions) => Promise<T>): Promise<T> {
    return this.#machine.whileAlive(awaiting, () => ask(this.#machine.qemu.agent, this.#patience));
  }

  /** Ends the SSH session, and forgets what came of passwords; the next command would open another. */
  async [Symbol.asyncDispose](): Promise<void> {
    const [ssh] = await Promise.all([this.#ssh, this.#passwords].map((each) => each?.catch(() => undefined)));
    this.#ssh = undefined;
    this.#passwords = undefined;
    await (ssh as Ssh | undefined)?.[Symbol.asyncDispose]();
  }

  get #patience(): { readonly timeout: number; readonly signal: AbortSignal } {
    const { timeout, signal } = this.#options;
    return { timeout: timeout(), signal };
  }

  async #endpoint(awaiting: string) {
    const port = await this.#machine.qemu.sshPort();
    return { host: '127.0.0.1', port, user: 'root', awaiting, ...this.#patience };
  }
}
