import { join, sep } from 'node:path';
import type { RunEvent } from '../runners/events/event.ts';
import { moved } from './moved.ts';
import { readEvents } from './record.ts';

/**
 * All events of the run in this folder (absolute), which need not be the one that it was written in: what they say of files of
 * the run is said of those that lie here now.
 *
 * @throws what reading the file throws.
 */
export function readRun(folder: string): RunEvent[] {
  const events = readEvents(join(folder, 'events.ndjson'));
  const run = events.find((each) => each.type === 'run-started')?.run;
  const here = (path: string) => relocated(path, run, folder);
  return events.map((event) => moved(event, here));
}

/** A run's folder has its id for a name when it is written; what stands behind that is the path inside. */
function relocated(path: string, run: string | undefined, folder: string): string {
  if (path.startsWith(folder + sep) || run === undefined) return path;
  const name = `${sep}${run}${sep}`;
  const place = path.indexOf(name);
  return place < 0 ? path : join(folder, path.slice(place + name.length));
}
