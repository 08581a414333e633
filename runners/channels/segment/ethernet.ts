import { macBytes, macText } from './addresses.ts';

export const ETHERTYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

export interface EthernetFrame {
  readonly destination: string;
  readonly source: string;
  readonly etherType: number;
  readonly payload: Buffer;
}

const HEADER = 14;
/** Without the checksum, which a virtual wire does not have. */
const SHORTEST = 60;

export function encodeEthernet(frame: EthernetFrame): Buffer {
  const bytes = Buffer.alloc(Math.max(SHORTEST, HEADER + frame.payload.length));
  macBytes(frame.destination).copy(bytes, 0);
  macBytes(frame.source).copy(bytes, 6);
  bytes.writeUInt16BE(frame.etherType, 12);
  frame.payload.copy(bytes, HEADER);
  return bytes;
}

/** `undefined` where the bytes are too short to be a frame. The payload may end in padding. */
export function decodeEthernet(bytes: Buffer): EthernetFrame | undefined {
  if (bytes.length < HEADER) return undefined;
  return {
    destination: macText(bytes.subarray(0, 6)),
    source: macText(bytes.subarray(6, 12)),
    etherType: bytes.readUInt16BE(12),
    payload: bytes.subarray(HEADER),
  };
}
