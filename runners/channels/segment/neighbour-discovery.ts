import { ipv6Bytes, ipv6Text, macBytes, macText } from './addresses.ts';
import { internetChecksum } from './checksum.ts';
import { type IpPacket, PROTOCOL } from './ip.ts';
import { pseudoHeader } from './pseudo-header.ts';

/** Neighbour discovery (RFC 4861) as far as a host without a router needs it: who has this address, and I have it. */
export interface NeighbourMessage {
  readonly kind: 'solicitation' | 'advertisement';
  readonly target: string;
  /** The sender's (solicitation) or the target's (advertisement) MAC, where the message tells it. */
  readonly mac: string | undefined;
  /** Advertisements only: it answers a solicitation that named its asker. */
  readonly solicited: boolean;
}

const KINDS = {
  solicitation: { type: 135, macOption: 1 },
  advertisement: { type: 136, macOption: 2 },
} as const;
const FIXED = 24;
const SOLICITED_AND_OVERRIDE = 0x60000000;
const OVERRIDE = 0x20000000;
/** A neighbour's message with any other hop limit has passed a router and is a forgery. */
export const NEIGHBOUR_HOP_LIMIT = 255;

export function encodeNeighbourMessage(message: NeighbourMessage, source: string, destination: string): Buffer {
  const { type, macOption } = KINDS[message.kind];
  const fixed = Buffer.alloc(FIXED);
  fixed.writeUInt8(type, 0);
  if (message.kind === 'advertisement') fixed.writeUInt32BE(message.solicited ? SOLICITED_AND_OVERRIDE : OVERRIDE, 4);
  ipv6Bytes(message.target).copy(fixed, 8);
  const option = message.mac ? Buffer.concat([Buffer.from([macOption, 1]), macBytes(message.mac)]) : Buffer.alloc(0);
  const bytes = Buffer.concat([fixed, option]);
  bytes.writeUInt16BE(internetChecksum(pseudoHeader(source, destination, PROTOCOL.icmpv6, bytes.length), bytes), 2);
  return bytes;
}

/** `undefined` for other ICMPv6 messages and for whatever RFC 4861 tells a host to discard. */
export function decodeNeighbourMessage(packet: IpPacket): NeighbourMessage | undefined {
  const bytes = packet.payload;
  if (packet.protocol !== PROTOCOL.icmpv6 || packet.hopLimit !== NEIGHBOUR_HOP_LIMIT) return undefined;
  if (bytes.length < FIXED || bytes.readUInt8(1) !== 0) return undefined;
  const pseudo = pseudoHeader(packet.source, packet.destination, PROTOCOL.icmpv6, bytes.length);
  if (internetChecksum(pseudo, bytes) !== 0) return undefined;
  const kind = (['solicitation', 'advertisement'] as const).find((name) => KINDS[name].type === bytes.readUInt8(0));
  if (!kind) return undefined;
  const options = readOptions(bytes.subarray(FIXED));
  if (!options) return undefined;
  const mac = options.get(KINDS[kind].macOption);
  return {
    kind,
    target: ipv6Text(bytes.subarray(8, 24)),
    mac: mac && mac.length >= 6 ? macText(mac) : undefined,
    solicited: kind === 'advertisement' && (bytes.readUInt8(4) & 0x40) !== 0,
  };
}

/** Type → value. `undefined` where an option has no length or runs over the end. */
function readOptions(bytes: Buffer): ReadonlyMap<number, Buffer> | undefined {
  const options = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const length = at + 1 < bytes.length ? bytes.readUInt8(at + 1) * 8 : 0;
    if (length === 0 || at + length > bytes.length) return undefined;
    options.set(bytes.readUInt8(at), bytes.subarray(at + 2, at + length));
    at += length;
  }
  return options;
}
