/**
 * Addresses are text in canonical form everywhere (`02:00:00:00:00:01`, `10.0.2.15`, `fe80::1`), so that they compare with
 * `===` and can be printed; bytes exist only inside the codecs.
 */

export const BROADCAST_MAC = 'ff:ff:ff:ff:ff:ff';
export const UNSPECIFIED_IPV6 = '::';
export const ALL_NODES_IPV6 = 'ff02::1';

export function macText(bytes: Buffer): string {
  return Array.from(bytes.subarray(0, 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** @throws RangeError where the text is no MAC address. */
export function macBytes(text: string): Buffer {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) throw new RangeError(`${text} is no MAC address`);
  return Buffer.from(text.replaceAll(':', ''), 'hex');
}

export function ipv4Text(bytes: Buffer): string {
  return Array.from(bytes.subarray(0, 4)).join('.');
}

/** @throws RangeError where the text is no IPv4 address. */
export function ipv4Bytes(text: string): Buffer {
  const parts = text.split('.').map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : Number.NaN));
  if (parts.length !== 4 || !parts.every((part) => part <= 255)) throw new RangeError(`${text} is no IPv4 address`);
  return Buffer.from(parts);
}

/** RFC 5952: lower case, no leading zeros, the first of the longest runs of at least two zero groups as `::`. */
export function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2));
  let start = -1;
  let length = 1;
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
  }
  const hex = groups.map((group) => group.toString(16));
  if (start < 0) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** Plain IPv6 text without a zone and without a dotted IPv4 tail. @throws RangeError for anything else. */
export function ipv6Bytes(text: string): Buffer {
  const halves = text.split('::');
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = (head?.length ?? 0) + (tail?.length ?? 0);
  const fits = tail === undefined ? given === 8 : halves.length === 2 && given < 8;
  const groups = [...(head ?? []), ...Array<string>(Math.max(0, 8 - given)).fill('0'), ...(tail ?? [])];
  if (!fits || !groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) {
    throw new RangeError(`${text} is no IPv6 address`);
  }
  const bytes = Buffer.alloc(16);
  groups.forEach((group, index) => {
    bytes.writeUInt16BE(Number.parseInt(group, 16), index * 2);
  });
  return bytes;
}

export function isIpv6(text: string): boolean {
  return text.includes(':');
}

/** RFC 1112: 01:00:5e and the low 23 bits of the group. */
export function ipv4MulticastMac(group: string): string {
  const bytes = ipv4Bytes(group);
  return macText(Buffer.from([0x01, 0x00, 0x5e, bytes.readUInt8(1) & 0x7f, bytes.readUInt8(2), bytes.readUInt8(3)]));
}

/** RFC 2464: 33:33 and the last four bytes of the group. */
export function ipv6MulticastMac(group: string): string {
  return macText(Buffer.concat([Buffer.from([0x33, 0x33]), ipv6Bytes(group).subarray(12)]));
}

/** RFC 4291: the group on which an address's owner hears neighbour solicitations for it. */
export function solicitedNode(address: string): string {
  const bytes = ipv6Bytes('ff02::1:ff00:0');
  ipv6Bytes(address).copy(bytes, 13, 13);
  return ipv6Text(bytes);
}

/** The link-local address that follows from a MAC (RFC 4291, modified EUI-64). */
export function linkLocalOf(mac: string): string {
  const bytes = macBytes(mac);
  const identifier = Buffer.concat([bytes.subarray(0, 3), Buffer.from([0xff, 0xfe]), bytes.subarray(3)]);
  identifier.writeUInt8(identifier.readUInt8(0) ^ 0x02, 0);
  return ipv6Text(Buffer.concat([Buffer.from('fe80000000000000', 'hex'), identifier]));
}

/** Whether an address lies on the segment itself: in the /24 of `neighbour`, or link-local. */
export function isOnLink(address: string, neighbour: string): boolean {
  if (isIpv6(address)) return (ipv6Bytes(address).readUInt16BE(0) & 0xffc0) === 0xfe80;
  return ipv4Bytes(address).subarray(0, 3).equals(ipv4Bytes(neighbour).subarray(0, 3));
}
