/** A file or folder of an archive; its path is relative, its parents come before it. */
export interface Member {
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** Absent for a folder. */
  readonly content?: Uint8Array;
}

const FOLDER = 0o040000;
const FILE = 0o100000;

const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

function record(
  name: string,
  { number, mode, content }: { number: number; mode: number; content: Uint8Array },
): Buffer {
  // ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
  const fields = [number, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, Buffer.byteLength(name) + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([padded(Buffer.from(`${header}${name}\0`)), padded(content)]);
}

/**
 * An archive as the kernel unpacks it into its first root filesystem (cpio, "newc"). Owned by root and of no date: the same
 * members are the same bytes, whoever makes it and when.
 */
export function cpio(members: readonly Member[]): Buffer {
  const records = members.map(({ path, mode, content }, index) =>
    record(path, { number: index + 1, mode: (content ? FILE : FOLDER) | mode, content: content ?? Buffer.alloc(0) }),
  );
  const trailer = record('TRAILER!!!', { number: 0, mode: 0, content: Buffer.alloc(0) });
  return Buffer.concat([...records, trailer]);
}
