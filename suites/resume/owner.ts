import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../runners/errors.ts';
import { ourselves, ownerIs, ownerSchema, type RunOwner } from '../../runners/host/run-record.ts';
import { pasteable } from '../../runners/process/command.ts';
import { lockFile } from '../../runners/store/lock.ts';

const pathIn = (runPath: string) => join(runPath, 'owner.json');

/** Who runs it, or ran it last and came to no orderly end. */
function ownerOf(runPath: string): RunOwner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(pathIn(runPath), 'utf8')));
  } catch {
    // None, or one that a crash left half-written: then it is not running either.
    return undefined;
  }
}

/** Whether somebody of this host is at work on a run. */
export function goesOn(runPath: string): boolean {
  const owner = ownerOf(runPath);
  return owner !== undefined && ownerIs(owner) === 'alive';
}

/**
 * Sees to it that nobody is at work on a run.
 *
 * @throws UsageError `run-goes-on`; `run-elsewhere` where that cannot be seen from here
 */
export function requireNobodyAt(runPath: string, run: string): void {
  const owner = ownerOf(runPath);
  const state = owner && ownerIs(owner);
  if (state === 'alive') {
    throw new UsageError({
      code: 'run-goes-on',
      message: `run ${run} is still going on: process ${owner?.pid}`,
      hint: 'wait for it, or break it off first',
      command: `kill -INT ${owner?.pid}`,
    });
  }
  if (state === 'elsewhere') {
    throw new UsageError({
      code: 'run-elsewhere',
      message: `run ${run} was started on ${owner?.host}, or in another container, and whether it still goes on cannot be seen from here`,
      hint: 'go on with it there; or, if you know that it has ended, have it forget who ran it, and go on here',
      command: pasteable(['rm', pathIn(runPath)]),
    });
  }
}

/** We run it, until this is disposed of. The run is one that we have just made. */
export function own(runPath: string): Disposable {
  const path = pathIn(runPath);
  writeFileSync(path, JSON.stringify(ourselves()), { mode: 0o600 });
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

/**
 * Takes over a run that nobody is at work on. Of two that want to at once, one does.
 *
 * @throws UsageError as `requireNobodyAt`
 */
export async function takeOver(runPath: string, run: string): Promise<Disposable> {
  const lock = await lockFile(join(runPath, 'owner.lock'), 'exclusive', { create: true, patience: 10 });
  using _held = typeof lock === 'string' ? undefined : lock;
  requireNobodyAt(runPath, run);
  return own(runPath);
}
