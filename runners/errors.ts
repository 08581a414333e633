/** Who is at fault. A reader of a report must never wonder which: the guest (`failure`), us (`error`), or the command line. */
export type Fault = 'guest' | 'harness' | 'usage';

export interface ErrorDetails {
  /** Stable, kebab-case, greppable: `installer-failed`, `qemu-died`, `unknown-distro`. */
  readonly code: string;
  /** What happened, in one sentence, naming what was awaited or refused. */
  readonly message: string;
  /** What to do next, in one sentence. */
  readonly hint?: string;
  /** A command line to paste. */
  readonly command?: string;
  /** The file or folder in which the evidence lies. */
  readonly evidence?: string;
  readonly cause?: unknown;
}

/** The base of all errors that we raise on purpose. Anything else that is thrown is a bug of ours and counts as `harness`. */
export class StubMatrixError extends Error {
  readonly fault: Fault;
  readonly code: string;
  readonly hint: string | undefined;
  readonly command: string | undefined;
  readonly evidence: string | undefined;

  constructor(fault: Fault, details: ErrorDetails) {
    super(details.message, { cause: details.cause });
    this.name = new.target.name;
    this.fault = fault;
    this.code = details.code;
    this.hint = details.hint;
    this.command = details.command;
    this.evidence = details.evidence;
  }
}

/** The system under test did something wrong: a panic, an installer that exits 1, a name that does not resolve. */
export class GuestFailure extends StubMatrixError {
  constructor(details: ErrorDetails) {
    super('guest', details);
  }
}

/** We, or the host, could not tell: QEMU killed from outside, no space for the overlay, the archive out of reach. */
export class HarnessError extends StubMatrixError {
  constructor(details: ErrorDetails) {
    super('harness', details);
  }
}

/** What was typed, or what stands in matrix.yaml, makes no sense. Nothing was started. */
export class UsageError extends StubMatrixError {
  constructor(details: ErrorDetails) {
    super('usage', details);
  }
}

/** Whose fault anything thrown is; what we did not raise on purpose is the harness's. */
export function faultOf(error: unknown): Fault {
  return error instanceof StubMatrixError ? error.fault : 'harness';
}

/** The message and, a line each, the evidence, the hint and the command to paste. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof StubMatrixError)) return error.stack ?? error.message;
  const lines = [error.message];
  if (error.evidence) lines.push(`evidence: ${error.evidence}`);
  if (error.hint) lines.push(`next: ${error.hint}`);
  if (error.command) lines.push(`  $ ${error.command}`);
  return lines.join('\n');
}
