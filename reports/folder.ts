import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Where one run's output lies: `<outFolder>/<id>/`, mode 0700. All paths are absolute if the out folder was. */
export interface RunFolder {
  /** `20261123-141502-4f2a`: UTC date and time, and two random bytes. */
  readonly id: string;
  readonly path: string;
  readonly events: string;
  readonly junit: string;
  /** The summary in Markdown. */
  readonly summary: string;
  /** The page. */
  readonly html: string;
}

/** `20261123-141502-4f2a` for an instant; sorts by time. */
export function runId(now: Date, random = randomBytes(2)): string {
  const [date = '', time = ''] = now.toISOString().slice(0, 19).split('T');
  return `${date.replaceAll('-', '')}-${time.replaceAll(':', '')}-${random.toString('hex')}`;
}

/** Whether a name is one that `runId` gives. */
export const isRunId = (name: string) => /^\d{8}-\d{6}-[0-9a-f]{4}$/.test(name);

/** The paths inside an existing run's folder. */
export function runFolder(outFolder: string, id: string): RunFolder {
  const path = join(outFolder, id);
  return {
    id,
    path,
    events: join(path, 'events.ndjson'),
    junit: join(path, 'junit.xml'),
    summary: join(path, 'summary.md'),
    html: join(path, 'index.html'),
  };
}

/** Makes the folder of a new run and points `<outFolder>/latest` at it, in one step, so that `latest` always exists once it did. */
export function createRunFolder(outFolder: string, now: Date): RunFolder {
  mkdirSync(outFolder, { recursive: true, mode: 0o700 });
  const folder = runFolder(outFolder, runId(now));
  mkdirSync(folder.path, { mode: 0o700 });
  const fresh = join(outFolder, `.latest-${folder.id}`);
  rmSync(fresh, { force: true });
  symlinkSync(folder.id, fresh);
  renameSync(fresh, join(outFolder, 'latest'));
  return folder;
}

/** Where the evidence of an attempt at a cell lies: `<run>/cells/<cell id>` for the first, `attempt-2` … in there for others. */
export function evidencePath(runPath: string, cell: string, attempt = 1): string {
  return join(runPath, 'cells', cell, ...(attempt === 1 ? [] : [`attempt-${attempt}`]));
}

/** That folder, made where it is missing, mode 0700. */
export function cellFolder(runPath: string, cell: string, attempt = 1): string {
  const path = evidencePath(runPath, cell, attempt);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  return path;
}
