import { type Digest, digestOf } from './digest.ts';

/**
 * What a name alone tells, by the conventions of apt, rpm-md and Gentoo. Names that are none of these may mean other bytes
 * tomorrow: InRelease, repomd.xml, latest-stage3-*.txt, Packages.xz.
 */

/** Names that hold a hash of their content. */
const HASHED = [/\/by-hash\/[A-Za-z0-9]+\/([0-9a-f]+)$/, /\/repodata\/([0-9a-f]+)-[^/]+$/];

/** Names under which an archive never publishes other bytes; it may remove them. */
const LASTING = [/\.u?deb$/, /\.rpm$/, /\/stage3-[^/]*-\d{8}T\d{6}Z[^/]*\.tar\.\w+$/];

/** The hash that is part of the name. */
export function digestInName(key: string): Digest | undefined {
  for (const pattern of HASHED) {
    const hex = pattern.exec(key)?.[1];
    if (hex !== undefined) return digestOf(hex);
  }
  return undefined;
}

/** Whether the name means the same bytes for ever, once it is known which. */
export function lasts(key: string): boolean {
  return digestInName(key) !== undefined || LASTING.some((pattern) => pattern.test(key));
}
