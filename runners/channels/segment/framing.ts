import { HarnessError } from '../../errors.ts';

/** QEMU's own bound for a packet on a netdev. */
const LONGEST = 4096 + 65536;

/** A frame as QEMU's `-netdev stream` sends and expects it: a 4-byte length in network order, then the bytes. */
export function withLength(frame: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(4 + frame.length);
  bytes.writeUInt32BE(frame.length, 0);
  frame.copy(bytes, 4);
  return bytes;
}

/** Cuts a byte stream back into frames, however the kernel split or merged them. One for each connection. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /**
   * The frames that `chunk` completes.
   *
   * @throws HarnessError `segment-out-of-step` where a length cannot be one: the stream cannot be read on from there.
   */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    let at = 0;
    while (bytes.length - at >= 4) {
      const length = bytes.readUInt32BE(at);
      if (length === 0 || length > LONGEST) {
        throw new HarnessError({
          code: 'segment-out-of-step',
          message: `the network segment received a frame length of ${length} bytes; what is connected to it is no QEMU stream netdev`,
        });
      }
      if (bytes.length - at - 4 < length) break;
      frames.push(bytes.subarray(at + 4, at + 4 + length));
      at += 4 + length;
    }
    this.#rest = bytes.subarray(at);
    return frames;
  }
}
