import { ipv4Bytes, ipv6Bytes, isIpv6 } from './addresses.ts';

/** What the checksums of UDP and ICMPv6 cover in front of their own bytes: RFC 768 for IPv4, RFC 8200 for IPv6. */
export function pseudoHeader(source: string, destination: string, protocol: number, length: number): Buffer {
  if (isIpv6(source)) {
    const tail = Buffer.alloc(8);
    tail.writeUInt32BE(length, 0);
    tail.writeUInt8(protocol, 7);
    return Buffer.concat([ipv6Bytes(source), ipv6Bytes(destination), tail]);
  }
  const tail = Buffer.alloc(4);
  tail.writeUInt8(protocol, 1);
  tail.writeUInt16BE(length, 2);
  return Buffer.concat([ipv4Bytes(source), ipv4Bytes(destination), tail]);
}
