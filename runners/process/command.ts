import { execa, type Options } from 'execa';
import { HarnessError } from '../errors.ts';

/** A command line as a list of words; never a string for a shell, so data cannot become code. */
export type Argv = readonly [file: string, ...args: string[]];

export interface CommandOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the command with SIGTERM, five seconds later with SIGKILL. */
  readonly signal?: AbortSignal;
  readonly input?: string | Uint8Array;
  /** stdout and stderr are written to this file too, whole. */
  readonly log?: string;
  /** In seconds. */
  readonly timeout?: number;
  /** What failing means to the user; goes in front of the command's own words. */
  readonly purpose?: string;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Quotes the words so that the line can be pasted into a POSIX shell. */
export function pasteable(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

/**
 * Runs a command to its end and returns what it said, whatever its exit status.
 *
 * @throws HarnessError `command-not-run` when it could not be started, was killed or ran out of time.
 */
export async function attempt(argv: Argv, options: CommandOptions = {}): Promise<CommandResult> {
  const [file, ...args] = argv;
  const streams = options.log ? (['pipe', { file: options.log, append: true }] as const) : ('pipe' as const);
  const result = await execa(file, args, {
    reject: false,
    stdin: options.input === undefined ? 'ignore' : 'pipe',
    stdout: streams,
    stderr: streams,
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.env ? { env: options.env } : {}),
    ...(options.signal ? { cancelSignal: options.signal } : {}),
    ...(options.timeout ? { timeout: options.timeout * 1000 } : {}),
  } as Options);
  if (result.exitCode === undefined) {
    throw new HarnessError({
      code: 'command-not-run',
      message: `${options.purpose ?? file}: ${result.shortMessage ?? 'could not be run'}`,
      command: pasteable(argv),
      cause: result,
      ...(options.log ? { evidence: options.log } : {}),
    });
  }
  return { exitCode: result.exitCode, stdout: String(result.stdout ?? ''), stderr: String(result.stderr ?? '') };
}

/**
 * Runs a command that must succeed.
 *
 * @throws HarnessError `command-failed` with the last lines of its stderr and the line to paste.
 */
export async function run(argv: Argv, options: CommandOptions = {}): Promise<CommandResult> {
  const result = await attempt(argv, options);
  if (result.exitCode !== 0) {
    const tail = (result.stderr || result.stdout).trimEnd().split('\n').slice(-15).join('\n');
    throw new HarnessError({
      code: 'command-failed',
      message: `${options.purpose ?? argv[0]} failed with exit status ${result.exitCode}:\n${tail}`,
      command: pasteable(argv),
      ...(options.log ? { evidence: options.log } : {}),
    });
  }
  return result;
}
