import { createHash, type Hash } from 'node:crypto';

/** A hash that somebody else has named, to compare a body with. */
export interface Digest {
  readonly algorithm: Algorithm;
  /** Lower case. */
  readonly hex: string;
}

/** As node:crypto calls them. SHA-1 is what the repositories of CentOS 6 name; it serves against accidents, not against malice. */
export const ALGORITHMS = ['sha1', 'sha256', 'sha512', 'blake2b512'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

const LENGTHS: Readonly<Record<number, Algorithm>> = { 40: 'sha1', 64: 'sha256', 128: 'sha512' };

/** A bare hash, by its length. */
export function digestOf(hex: string): Digest | undefined {
  const algorithm = LENGTHS[hex.length];
  return algorithm && /^[0-9a-f]+$/i.test(hex) ? { algorithm, hex: hex.toLowerCase() } : undefined;
}

/** Several hashes of the same bytes, in one pass. */
export class Digester {
  readonly #hashes: ReadonlyMap<Algorithm, Hash>;

  constructor(algorithms: Iterable<Algorithm>) {
    this.#hashes = new Map([...new Set(algorithms)].map((each) => [each, createHash(each)]));
  }

  update(bytes: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(bytes);
  }

  hex(): Readonly<Partial<Record<Algorithm, string>>> {
    return Object.fromEntries([...this.#hashes].map(([algorithm, hash]) => [algorithm, hash.digest('hex')]));
  }
}
