import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOGS } from './plan.ts';

/**
 * What a guest may have stumbled over and was not to blame for: an answer that failed, was cut off or was wrong. In a file of
 * its own, since cells look for it that run in another thread than the proxy's.
 */
export function writeTrouble(folder: string, text: string): void {
  appendFileSync(join(folder, LOGS.troubles), `${JSON.stringify({ time: Date.now(), text })}\n`, { mode: 0o600 });
}

/** The troubles since a moment, in milliseconds since the epoch. */
export function troublesSince(folder: string, since: number): readonly string[] {
  const file = join(folder, LOGS.troubles);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { time: number; text: string })
    .filter(({ time }) => time >= since)
    .map(({ text }) => text);
}
