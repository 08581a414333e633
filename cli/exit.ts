import { faultOf } from '../runners/errors.ts';

/** What the exit code says. 125 is what `git bisect run` takes for "this commit cannot be judged". */
export const exitCodes = { passed: 0, failed: 1, usage: 2, unknown: 125, interrupted: 130 } as const;

/** The exit code for an error that came all the way up. */
export function exitCodeOf(error: unknown, interrupted: boolean): number {
  if (interrupted) return exitCodes.interrupted;
  return { guest: exitCodes.failed, harness: exitCodes.unknown, usage: exitCodes.usage }[faultOf(error)];
}
