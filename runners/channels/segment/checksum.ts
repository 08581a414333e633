/**
 * The Internet checksum (RFC 1071): the one's complement of the one's complement sum of all 16-bit words, in network order.
 * An odd last byte counts as the high half of a word. Over data that contain their own right checksum the result is 0.
 */
export function internetChecksum(...parts: readonly Buffer[]): number {
  const data = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  let sum = 0;
  for (let at = 0; at + 1 < data.length; at += 2) sum += data.readUInt16BE(at);
  if (data.length % 2 === 1) sum += data.readUInt8(data.length - 1) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
