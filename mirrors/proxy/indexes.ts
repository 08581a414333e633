import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { outputOf } from '../../runners/process/output.ts';
import { type Digest, digestOf } from './digest.ts';

/** A kind of index, which names the hashes of other files of its archive. */
interface Kind {
  /** `root` is what the paths within it start from. */
  readonly key: RegExp;
  /** Between two records. */
  readonly separator: string;
  readonly entries: (record: string) => Iterable<readonly [path: string, digest: Digest | undefined]>;
}

const KINDS: readonly Kind[] = [
  {
    // apt's Packages, by its name or by its hash
    key: /^(?<root>.+)\/dists\/.+\/binary-[^/]+\/(Packages[^/]*|by-hash\/[^/]+\/[^/]+)$/,
    separator: '\n\n',
    entries: function* (record) {
      const path = /^Filename: (.+)$/m.exec(record)?.[1];
      if (path) yield [path, digestOf(/^SHA256: (.+)$/m.exec(record)?.[1] ?? '')];
    },
  },
  {
    key: /^(?<root>.+)\/repodata\/[^/]*primary\.xml[^/]*$/,
    separator: '</package>',
    entries: function* (record) {
      const path = /<location\b[^>]*\bhref="([^"]+)"/.exec(record)?.[1];
      if (path) yield [path, digestOf(/<checksum\b[^>]*>\s*([0-9a-f]+)/i.exec(record)?.[1] ?? '')];
    },
  },
  {
    // Gentoo's, several hashes of the same files, each list under its name
    key: /^(?<root>.+)\/[^/]+\.DIGESTS(\.asc)?$/,
    separator: '#',
    entries: function* (record) {
      if (!/^ SHA(256|512) HASH\n/.test(record)) return;
      for (const [, hex = '', path = ''] of record.matchAll(/^([0-9a-f]+) +(\S+)$/gm)) yield [path, digestOf(hex)];
    },
  },
];

export const isIndex = (key: string) => KINDS.some((kind) => kind.key.test(key));

/** Whether an index of this key may name a file of that. */
export function concerns(index: string, key: string): boolean {
  const of = kindOf(index);
  return of !== undefined && key.startsWith(of.root);
}

function kindOf(key: string): { readonly kind: Kind; readonly root: string } | undefined {
  for (const kind of KINDS) {
    const root = kind.key.exec(key)?.groups?.root;
    if (root !== undefined) return { kind, root: `${root}/` };
  }
  return undefined;
}

/**
 * The hashes by which an index vouches for files.
 *
 * @param index its key; `file` what it holds, compressed in whatever way.
 * @param wanted the keys of the files in question; of some ten thousand others nothing is kept.
 */
export async function digestsIn(
  index: string,
  file: string,
  wanted: { has(key: string): boolean },
): Promise<ReadonlyMap<string, Digest>> {
  const found = new Map<string, Digest>();
  const of = kindOf(index);
  if (!of) return found;
  for await (const record of recordsOf(await textOf(file), of.kind.separator)) {
    for (const [path, digest] of of.kind.entries(record)) {
      const key = `${of.root}${path}`;
      if (digest && wanted.has(key)) found.set(key, digest);
    }
  }
  return found;
}

async function* recordsOf(text: AsyncIterable<string>, separator: string): AsyncGenerator<string> {
  let rest = '';
  for await (const piece of text) {
    const records = (rest + piece).split(separator);
    rest = records.pop() ?? '';
    yield* records;
  }
  yield rest;
}

const XZ = 'fd377a585a00';
const GZIP = '1f8b';
const ZSTD = '28b52ffd';

/** By its first bytes: what is named by its hash has no ending. */
async function textOf(file: string): Promise<AsyncIterable<string>> {
  await using handle = await open(file);
  const { buffer } = await handle.read(Buffer.alloc(6), 0, 6, 0);
  const magic = buffer.toString('hex');
  if (magic.startsWith(XZ)) return outputOf(['xz', '--decompress', '--stdout', file]);
  const bytes = createReadStream(file);
  const unpacked: Readable = magic.startsWith(GZIP)
    ? bytes.pipe(createGunzip())
    : magic.startsWith(ZSTD)
      ? bytes.pipe(createZstdDecompress())
      : bytes;
  return unpacked.setEncoding('utf8');
}
