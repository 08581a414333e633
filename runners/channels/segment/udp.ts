import { isIpv6 } from './addresses.ts';
import { internetChecksum } from './checksum.ts';
import { type IpPacket, PROTOCOL } from './ip.ts';
import { pseudoHeader } from './pseudo-header.ts';

export interface UdpDatagram {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Buffer;
}

const HEADER = 8;

/** `source` and `destination` are those of the IP packet it will travel in: the checksum covers them. */
export function encodeUdp(datagram: UdpDatagram, source: string, destination: string): Buffer {
  const header = Buffer.alloc(HEADER);
  const length = HEADER + datagram.payload.length;
  header.writeUInt16BE(datagram.sourcePort, 0);
  header.writeUInt16BE(datagram.destinationPort, 2);
  header.writeUInt16BE(length, 4);
  const sum = internetChecksum(pseudoHeader(source, destination, PROTOCOL.udp, length), header, datagram.payload);
  // Zero on the wire would mean "no checksum"; its other representation in one's complement stands for it.
  header.writeUInt16BE(sum === 0 ? 0xffff : sum, 6);
  return Buffer.concat([header, datagram.payload]);
}

/** `undefined` for a wrong length or checksum; a missing checksum passes over IPv4 only. */
export function decodeUdp(packet: IpPacket): UdpDatagram | undefined {
  const bytes = packet.payload;
  if (packet.protocol !== PROTOCOL.udp || bytes.length < HEADER) return undefined;
  const length = bytes.readUInt16BE(4);
  if (length < HEADER || length > bytes.length) return undefined;
  const whole = bytes.subarray(0, length);
  const unchecked = whole.readUInt16BE(6) === 0;
  if (unchecked && isIpv6(packet.source)) return undefined;
  const pseudo = pseudoHeader(packet.source, packet.destination, PROTOCOL.udp, length);
  if (!unchecked && internetChecksum(pseudo, whole) !== 0) return undefined;
  return {
    sourcePort: whole.readUInt16BE(0),
    destinationPort: whole.readUInt16BE(2),
    payload: whole.subarray(HEADER),
  };
}
