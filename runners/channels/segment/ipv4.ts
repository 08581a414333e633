import { ipv4Bytes, ipv4Text } from './addresses.ts';
import { internetChecksum } from './checksum.ts';
import type { IpPacket } from './ip.ts';

const HEADER = 20;

/** A packet without options that must not be fragmented; an identification of 0 is right for such (RFC 6864). */
export function encodeIpv4(packet: IpPacket): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(HEADER + packet.payload.length, 2);
  header.writeUInt16BE(0x4000, 6);
  header.writeUInt8(packet.hopLimit, 8);
  header.writeUInt8(packet.protocol, 9);
  ipv4Bytes(packet.source).copy(header, 12);
  ipv4Bytes(packet.destination).copy(header, 16);
  header.writeUInt16BE(internetChecksum(header), 10);
  return Buffer.concat([header, packet.payload]);
}

/** `undefined` for a wrong version, length or header checksum, and for fragments. Options are skipped. */
export function decodeIpv4(bytes: Buffer): IpPacket | undefined {
  if (bytes.length < HEADER || bytes.readUInt8(0) >> 4 !== 4) return undefined;
  const header = (bytes.readUInt8(0) & 0x0f) * 4;
  const total = bytes.readUInt16BE(2);
  if (header < HEADER || total < header || total > bytes.length) return undefined;
  if (internetChecksum(bytes.subarray(0, header)) !== 0) return undefined;
  const moreFragmentsOrOffset = bytes.readUInt16BE(6) & 0x3fff;
  if (moreFragmentsOrOffset !== 0) return undefined;
  return {
    source: ipv4Text(bytes.subarray(12, 16)),
    destination: ipv4Text(bytes.subarray(16, 20)),
    protocol: bytes.readUInt8(9),
    hopLimit: bytes.readUInt8(8),
    payload: bytes.subarray(header, total),
  };
}
