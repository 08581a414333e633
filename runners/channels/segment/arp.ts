import { ipv4Bytes, ipv4Text, macBytes, macText } from './addresses.ts';

const OPERATIONS = { request: 1, reply: 2 } as const;

/** ARP (RFC 826) for IPv4 over Ethernet. */
export interface Arp {
  readonly operation: keyof typeof OPERATIONS;
  readonly senderMac: string;
  readonly senderIp: string;
  readonly targetMac: string;
  readonly targetIp: string;
}

/** Hardware type Ethernet, protocol type IPv4, their address lengths. */
const PREFIX = Buffer.from('000108000604', 'hex');
const LENGTH = 28;

export function encodeArp(arp: Arp): Buffer {
  return Buffer.concat([
    PREFIX,
    Buffer.from([0, OPERATIONS[arp.operation]]),
    macBytes(arp.senderMac),
    ipv4Bytes(arp.senderIp),
    macBytes(arp.targetMac),
    ipv4Bytes(arp.targetIp),
  ]);
}

/** `undefined` for anything but a request or a reply of this kind. */
export function decodeArp(bytes: Buffer): Arp | undefined {
  if (bytes.length < LENGTH || !bytes.subarray(0, PREFIX.length).equals(PREFIX)) return undefined;
  const code = bytes.readUInt16BE(6);
  const operation = (['request', 'reply'] as const).find((name) => OPERATIONS[name] === code);
  if (!operation) return undefined;
  return {
    operation,
    senderMac: macText(bytes.subarray(8, 14)),
    senderIp: ipv4Text(bytes.subarray(14, 18)),
    targetMac: macText(bytes.subarray(18, 24)),
    targetIp: ipv4Text(bytes.subarray(24, 28)),
  };
}
