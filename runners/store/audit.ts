import { createHash } from 'node:crypto';

/**
 * Whether an entry is among the one in `n` that are made again today. Drawn from the key and the day: every shard and every
 * repetition of a run audits the same entries, so that a difference can be looked into, and in the long run each has its turn.
 */
export function isDue(key: string, n: number, now: Date): boolean {
  const day = now.toISOString().slice(0, 10);
  return createHash('sha256').update(`${key} ${day}`).digest().readUInt32BE() % n === 0;
}
