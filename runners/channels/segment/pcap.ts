import { closeSync, openSync, writeSync } from 'node:fs';
import { ETHERTYPE } from './ethernet.ts';
import { PROTOCOL } from './ip.ts';

const MAGIC_NANOSECONDS = 0xa1b23c4d;
const SNAP_LENGTH = 262144;
const LINKTYPE_ETHERNET = 1;

/** The header of a classic pcap file with nanosecond stamps, in network order. */
export function pcapHeader(): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32BE(MAGIC_NANOSECONDS, 0);
  header.writeUInt16BE(2, 4);
  header.writeUInt16BE(4, 6);
  header.writeUInt32BE(SNAP_LENGTH, 16);
  header.writeUInt32BE(LINKTYPE_ETHERNET, 20);
  return header;
}

/** One frame, `milliseconds` since the epoch; fractions count. */
export function pcapRecord(frame: Buffer, milliseconds: number): Buffer {
  const header = Buffer.alloc(16);
  const seconds = Math.floor(milliseconds / 1000);
  header.writeUInt32BE(seconds, 0);
  header.writeUInt32BE(Math.floor((milliseconds - seconds * 1000) * 1e6), 4);
  header.writeUInt32BE(frame.length, 8);
  header.writeUInt32BE(frame.length, 12);
  return Buffer.concat([header, frame]);
}

export function isTcp(frame: Buffer): boolean {
  if (frame.length < 34) return false;
  const etherType = frame.readUInt16BE(12);
  if (etherType === ETHERTYPE.ipv4) return frame.readUInt8(23) === PROTOCOL.tcp;
  return etherType === ETHERTYPE.ipv6 && frame.readUInt8(20) === PROTOCOL.tcp;
}

/** The evidence of a segment. TCP is left out: it is the packages of the installation, hundreds of MiB that prove nothing. */
export class PcapFile implements Disposable {
  readonly #descriptor: number;
  #closed = false;

  /** Creates or empties the file, 0600. */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'w', 0o600);
    writeSync(this.#descriptor, pcapHeader());
  }

  /** Written at once: what was seen before a crash is on disk. */
  add(frame: Buffer): void {
    if (isTcp(frame)) return;
    writeSync(this.#descriptor, pcapRecord(frame, performance.timeOrigin + performance.now()));
  }

  /** Who disposes of a machine by hand may have a stack that does so once more. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#descriptor);
  }
}
