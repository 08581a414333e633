import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandEnded } from '../runners/cell/access.ts';
import type { Cell } from '../runners/cell/cell.ts';
import { GuestFailure } from '../runners/errors.ts';
import { pasteable } from '../runners/process/command.ts';

/** How the words reach a guest. A way that breaks throws; what a command comes to is a value. */
export interface Way {
  /** As it reads behind a command: `over SSH`. */
  readonly name: string;
  run(command: string, seconds: number): Promise<CommandEnded>;
  /** Waits for text on the console, from now on; for so many seconds. */
  see(pattern: RegExp, awaiting: string, seconds: number): Promise<string>;
  /** Tells the reader that it is this which is waited for, and for how long it was. */
  span<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Seconds for one answer. */
  readonly patience: number;
  /** How many times as long the guest takes as one under KVM. */
  readonly slowness: number;
  readonly signal: AbortSignal;
}

export interface Within {
  /** Seconds as a guest under KVM needs them; an emulated one gets as many more as it is slower. Default 30. */
  readonly within?: number;
}

/**
 * What a check says to a guest. All that the guest does not do is its failure, with the command, the status and its last lines; a
 * QEMU that was killed, or a connection that never was one, is not.
 */
export interface Vocabulary {
  /** @returns what the command writes to stdout, without the last line feed. @throws GuestFailure `command-failed` */
  succeed(command: string): Promise<string>;
  /** A command that must not succeed; one that is not there has not failed. @returns all it writes. @throws GuestFailure `command-succeeded`, `command-missing` */
  fail(command: string): Promise<string>;
  /** Again and again. @returns as `succeed`. @throws GuestFailure `wait-timeout` with how it ended last */
  waitUntilSucceeds(command: string, options?: Within): Promise<string>;
  /** Until its status is another than 0. @throws GuestFailure `wait-timeout` */
  waitUntilFails(command: string, options?: Within): Promise<void>;
  /** For text that comes from now on. @returns the match. @throws GuestFailure `console-timeout` */
  waitForConsole(pattern: RegExp, options?: Within): Promise<string>;
  /** Until a unit of systemd is active. @throws GuestFailure `unit-failed` at once where it fails, with its journal; `wait-timeout` */
  waitForUnit(unit: string, options?: Within): Promise<void>;
  /** Until something in the guest listens on a TCP port. @throws GuestFailure `wait-timeout` */
  waitForPort(port: number, options?: Within): Promise<void>;
  /** Until there is such a file or folder. @throws GuestFailure `wait-timeout` */
  waitForFile(path: string, options?: Within): Promise<void>;
}

const DEFAULT_WITHIN = 30;
const PAUSE_MS = 500;
/** Lines of output that an error quotes. */
const QUOTED = 15;

/** By a login with the run's key: both outputs apart, side by side with others. */
export function overSsh(cell: Cell): Vocabulary {
  return vocabulary({
    ...common(cell),
    name: 'over SSH',
    run: (command, seconds) => cell.guest.exec(command, seconds),
  });
}

/** At the root shell on the console: where SSH is what is in doubt. One command at a time. */
export function atConsole(cell: Cell): Vocabulary {
  return vocabulary({
    ...common(cell),
    name: 'at the console',
    run: (command, seconds) => cell.guest.type(command, seconds),
  });
}

function common(cell: Cell): Omit<Way, 'name' | 'run'> {
  const { patience, slowness, signal } = cell.guest;
  const see: Way['see'] = async (pattern, awaiting, timeout) => {
    const { text } = await cell.machine.see(pattern, { awaiting, timeout });
    return text;
  };
  return { see, patience, slowness, signal, span: (name, work) => cell.span(name, work) };
}

export function vocabulary(way: Way): Vocabulary {
  const run = (command: string) => way.run(command, way.patience);
  const told = (command: string, { status, stdout, stderr }: CommandEnded) =>
    `"${command}" ${way.name} ended with status ${status}:\n${lastLines(`${stdout}${stderr}`)}`;

  /** Tries until it comes to something. @param attempt what it came to, or why that is not enough */
  const retry = <T>(
    what: string,
    { within = DEFAULT_WITHIN }: Within,
    attempt: (seconds: number) => Promise<{ readonly done: T } | { readonly not: string }>,
  ): Promise<T> =>
    way.span(`wait for ${what}`, async () => {
      const seconds = within * way.slowness;
      const deadline = performance.now() + seconds * 1000;
      for (let tries = 1; ; tries++) {
        // What has begun is let come to its end: how it ended says more than that it was cut off.
        const outcome = await attempt(Math.max(way.patience, (deadline - performance.now()) / 1000));
        if ('done' in outcome) return outcome.done;
        if (performance.now() + PAUSE_MS >= deadline) {
          const message = `waited ${seconds} s for ${what}, tried ${tries} times; last, ${outcome.not}`;
          throw new GuestFailure({ code: 'wait-timeout', message });
        }
        await sleep(PAUSE_MS, undefined, { signal: way.signal });
      }
    });
  const holds = (what: string, command: string, options: Within = {}) =>
    retry(what, options, async (seconds) => {
      const ended = await way.run(command, seconds);
      return ended.status === 0 ? { done: ended.stdout } : { not: told(command, ended) };
    });

  return {
    async succeed(command) {
      const ended = await run(command);
      if (ended.status === 0) return withoutLineFeed(ended.stdout);
      throw new GuestFailure({ code: 'command-failed', message: told(command, ended) });
    },

    async fail(command) {
      const ended = await run(command);
      if (ended.status === 0) {
        throw new GuestFailure({
          code: 'command-succeeded',
          message: `${told(command, ended)}\nIt should have failed.`,
        });
      }
      // 126 and 127 are the shell's: nothing was started.
      if (ended.status === 126 || ended.status === 127) {
        throw new GuestFailure({ code: 'command-missing', message: told(command, ended) });
      }
      return withoutLineFeed(`${ended.stdout}${ended.stderr}`);
    },

    waitUntilSucceeds: async (command, options) =>
      withoutLineFeed(await holds(`"${command}" to succeed`, command, options)),

    waitUntilFails: (command, options = {}) =>
      retry(`"${command}" to fail`, options, async (seconds) => {
        const ended = await way.run(command, seconds);
        return ended.status === 0 ? { not: told(command, ended) } : { done: undefined };
      }),

    waitForConsole: (pattern, { within = DEFAULT_WITHIN } = {}) =>
      way.span(`wait for ${pattern} on the console`, () =>
        way.see(pattern, `${pattern} on the console`, within * way.slowness),
      ),

    waitForUnit: (unit, options = {}) =>
      retry(`the unit ${unit}`, options, async (seconds) => {
        const asked = pasteable(['systemctl', 'is-active', unit]);
        const ended = await way.run(asked, seconds);
        if (ended.status === 0) return { done: undefined };
        if (ended.stdout.trim() !== 'failed') return { not: told(asked, ended) };
        const { stdout } = await run(`${pasteable(['systemctl', 'status', '--no-pager', '--lines=15', unit])} 2>&1`);
        throw new GuestFailure({ code: 'unit-failed', message: `the unit ${unit} has failed:\n${lastLines(stdout)}` });
      }),

    async waitForPort(port, options) {
      // As the kernel tells it, in every distribution: no tool is needed. 0A is LISTEN.
      const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
      const listening = `grep -qE '^ *[0-9]+: [0-9A-F]+${local} [0-9A-F]+:0000 0A ' /proc/net/tcp /proc/net/tcp6`;
      await holds(`port ${port} to be listened on`, listening, options);
    },

    async waitForFile(path, options) {
      await holds(`the file ${path}`, pasteable(['test', '-e', path]), options);
    },
  };
}

const withoutLineFeed = (text: string) => text.replace(/\n$/, '');

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-QUOTED).join('\n') || '(no output)';
}
