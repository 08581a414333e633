import { ipv6Bytes, ipv6Text } from './addresses.ts';
import type { IpPacket } from './ip.ts';

const HEADER = 40;

export function encodeIpv6(packet: IpPacket): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(packet.payload.length, 4);
  header.writeUInt8(packet.protocol, 6);
  header.writeUInt8(packet.hopLimit, 7);
  ipv6Bytes(packet.source).copy(header, 8);
  ipv6Bytes(packet.destination).copy(header, 24);
  return Buffer.concat([header, packet.payload]);
}

/**
 * `undefined` for a wrong version or length. `protocol` is the first next header: a packet with extension headers is
 * returned, but with their number, so it is nobody's; neither UDP on a link nor neighbour discovery bears any.
 */
export function decodeIpv6(bytes: Buffer): IpPacket | undefined {
  if (bytes.length < HEADER || bytes.readUInt8(0) >> 4 !== 6) return undefined;
  const length = bytes.readUInt16BE(4);
  if (HEADER + length > bytes.length) return undefined;
  return {
    source: ipv6Text(bytes.subarray(8, 24)),
    destination: ipv6Text(bytes.subarray(24, 40)),
    protocol: bytes.readUInt8(6),
    hopLimit: bytes.readUInt8(7),
    payload: bytes.subarray(HEADER, HEADER + length),
  };
}
