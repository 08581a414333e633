import { describe, expect, test } from 'vitest';
import {
  ipv4Bytes,
  ipv4MulticastMac,
  ipv6Bytes,
  ipv6MulticastMac,
  ipv6Text,
  isOnLink,
  linkLocalOf,
  macBytes,
  macText,
  solicitedNode,
} from './addresses.ts';
import { decodeArp, encodeArp } from './arp.ts';
import { internetChecksum } from './checksum.ts';
import { decodeEthernet, encodeEthernet } from './ethernet.ts';
import { decodeIpv4, encodeIpv4 } from './ipv4.ts';
import { decodeIpv6, encodeIpv6 } from './ipv6.ts';
import { decodeNeighbourMessage, encodeNeighbourMessage } from './neighbour-discovery.ts';
import { decodeUdp, encodeUdp } from './udp.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
/** The bytes with one bit of one byte turned over. */
const damaged = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at);
  return copy;
};

describe('addresses', () => {
  test.each([
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
    ['2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001'],
    ['fe80::73:74ff:fe75:624d', 'fe80000000000000007374fffe75624d'],
    ['1::', '00010000000000000000000000000000'],
  ])('IPv6 %s', (text, bytes) => {
    expect(ipv6Text(hex(bytes))).toBe(text);
    expect(ipv6Bytes(text).toString('hex')).toBe(bytes);
  });

  test.each(['', ':', ':::', '1::2::3', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7::8', 'fe80::1%eth0', '12345::'])(
    'no IPv6: %s',
    (text) => {
      expect(() => ipv6Bytes(text)).toThrow(RangeError);
    },
  );

  test.each(['10.0.2', '10.0.2.256', '10.0.2.1.', 'a.b.c.d'])('no IPv4: %s', (text) => {
    expect(() => ipv4Bytes(text)).toThrow(RangeError);
  });

  test('groups have the MACs of RFC 1112 and RFC 2464', () => {
    expect(ipv4MulticastMac('224.0.0.252')).toBe('01:00:5e:00:00:fc');
    expect(ipv4MulticastMac('239.255.1.2')).toBe('01:00:5e:7f:01:02');
    expect(ipv6MulticastMac('ff02::1:3')).toBe('33:33:00:01:00:03');
    expect(ipv6MulticastMac(solicitedNode('fe80::73:74ff:fe75:624d'))).toBe('33:33:ff:75:62:4d');
  });

  test('a MAC makes a link-local address, and what is on link is told from what is not', () => {
    expect(linkLocalOf('52:54:00:12:34:56')).toBe('fe80::5054:ff:fe12:3456');
    expect(isOnLink('10.0.2.15', '10.0.2.77')).toBe(true);
    expect(isOnLink('10.0.3.15', '10.0.2.77')).toBe(false);
    expect(isOnLink('febf::1', '10.0.2.77')).toBe(true);
    expect(isOnLink('fec0::1', '10.0.2.77')).toBe(false);
  });
});

test('the checksum of RFC 1071, section 3, and an odd length', () => {
  expect(internetChecksum(hex('0001 f203 f4f5 f6f7'))).toBe(~0xddf2 & 0xffff);
  expect(internetChecksum(hex('00 01'), hex('ff'))).toBe(~0xff01 & 0xffff);
});

describe('Ethernet', () => {
  test('short frames are padded to 60 bytes', () => {
    const bytes = encodeEthernet({
      destination: 'ff:ff:ff:ff:ff:ff',
      source: '02:00:00:00:00:01',
      etherType: 0x0806,
      payload: hex('0102'),
    });
    expect(bytes.length).toBe(60);
    expect(bytes.subarray(0, 16).toString('hex')).toBe('ffffffffffff02000000000108060102');
    expect(decodeEthernet(bytes)).toMatchObject({ source: '02:00:00:00:00:01', etherType: 0x0806 });
    expect(decodeEthernet(bytes.subarray(0, 13))).toBeUndefined();
    expect(macText(macBytes('02:00:00:00:00:01'))).toBe('02:00:00:00:00:01');
  });
});

describe('ARP', () => {
  const bytes = hex('0001 0800 0604 0001 525400123456 0a00020f 000000000000 0a00024d');
  const request = {
    operation: 'request',
    senderMac: '52:54:00:12:34:56',
    senderIp: '10.0.2.15',
    targetMac: '00:00:00:00:00:00',
    targetIp: '10.0.2.77',
  } as const;

  test('a request, byte by byte', () => {
    expect(encodeArp(request).toString('hex')).toBe(bytes.toString('hex'));
    expect(decodeArp(Buffer.concat([bytes, Buffer.alloc(18)]))).toEqual(request);
  });

  test('cut short, of another protocol, or with an unknown operation', () => {
    expect(decodeArp(bytes.subarray(0, 27))).toBeUndefined();
    expect(decodeArp(damaged(bytes, 3))).toBeUndefined();
    expect(decodeArp(damaged(bytes, 6))).toBeUndefined();
  });
});

describe('IPv4', () => {
  // The header used as an example in the Wikipedia article on the IPv4 header checksum: b861 is its checksum.
  const example = hex('4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7');
  const packet = {
    source: '192.168.0.1',
    destination: '192.168.0.199',
    protocol: 17,
    hopLimit: 64,
    payload: Buffer.alloc(95),
  };

  test('a well-known header, byte by byte', () => {
    expect(encodeIpv4(packet).subarray(0, 20).toString('hex')).toBe(example.toString('hex'));
    expect(decodeIpv4(Buffer.concat([example, Buffer.alloc(95 + 7)]))).toEqual(packet);
  });

  test.each([8, 10, 12])('a bit of byte %i turned over is noticed', (at) => {
    expect(decodeIpv4(damaged(encodeIpv4(packet), at))).toBeUndefined();
  });

  test('cut short, and a fragment', () => {
    expect(decodeIpv4(encodeIpv4(packet).subarray(0, 100))).toBeUndefined();
    const fragment = hex('4500 0014 0000 2000 4011 0000 c0a8 0001 c0a8 00c7');
    fragment.writeUInt16BE(internetChecksum(fragment), 10);
    expect(decodeIpv4(fragment)).toBeUndefined();
  });
});

describe('UDP', () => {
  const datagram = { sourcePort: 0x1234, destinationPort: 5355, payload: hex('6869') };
  const v4 = { source: '10.0.2.77', destination: '224.0.0.252', protocol: 17, hopLimit: 255 };
  const v6 = { source: 'fe80::1', destination: 'ff02::1:3', protocol: 17, hopLimit: 255 };

  // Worked out by hand: the words of the pseudo header, the header and the payload, summed and complemented.
  test('the checksum over IPv4 and over IPv6', () => {
    const sum4 = 0x0a00 + 0x024d + 0xe000 + 0x00fc + 17 + 10 + 0x1234 + 5355 + 10 + 0x6869;
    expect(encodeUdp(datagram, v4.source, v4.destination).readUInt16BE(6)).toBe(
      ~((sum4 & 0xffff) + (sum4 >> 16)) & 0xffff,
    );
    const sum6 = 0xfe80 + 1 + 0xff02 + 1 + 3 + 10 + 17 + 0x1234 + 5355 + 10 + 0x6869;
    expect(encodeUdp(datagram, v6.source, v6.destination).readUInt16BE(6)).toBe(
      ~((sum6 & 0xffff) + (sum6 >> 16)) & 0xffff,
    );
  });

  test.each([v4, v6])('what was sent is read: $source', (ip) => {
    const payload = encodeUdp(datagram, ip.source, ip.destination);
    expect(decodeUdp({ ...ip, payload })).toEqual(datagram);
    expect(decodeUdp({ ...ip, payload: damaged(payload, 9) })).toBeUndefined();
    expect(decodeUdp({ ...ip, payload: payload.subarray(0, 9) })).toBeUndefined();
    expect(decodeUdp({ ...ip, protocol: 6, payload })).toBeUndefined();
  });

  test('no checksum passes over IPv4 only', () => {
    const payload = hex('1234 14eb 000a 0000 6869');
    expect(decodeUdp({ ...v4, payload })).toEqual(datagram);
    expect(decodeUdp({ ...v6, payload })).toBeUndefined();
  });

  test('a checksum that comes out as zero is sent as ffff', () => {
    const empty = { sourcePort: 0, destinationPort: 0, payload: Buffer.alloc(2) };
    const without = encodeUdp(empty, '0.0.0.0', '0.0.0.0');
    empty.payload.writeUInt16BE(without.readUInt16BE(6), 0);
    const bytes = encodeUdp(empty, '0.0.0.0', '0.0.0.0');
    expect(bytes.readUInt16BE(6)).toBe(0xffff);
    expect(decodeUdp({ source: '0.0.0.0', destination: '0.0.0.0', protocol: 17, hopLimit: 1, payload: bytes })).toEqual(
      empty,
    );
  });
});

describe('neighbour discovery over IPv6', () => {
  const solicitation = { kind: 'solicitation', target: 'fe80::2', mac: '02:00:00:00:00:01', solicited: false } as const;
  const group = solicitedNode('fe80::2');
  const around = { source: 'fe80::1', destination: group, protocol: 58, hopLimit: 255 };
  const sum = 0xfe80 + 1 + 0xff02 + 1 + 0xff00 + 2 + 32 + 58 + 0x8700 + 0xfe80 + 2 + 0x0101 + 0x0200 + 1;
  const checksum = (~((sum & 0xffff) + (sum >> 16)) & 0xffff).toString(16).padStart(4, '0');
  const bytes = hex(`8700 ${checksum} 00000000 fe80 000000000000 000000000000 0002 0101 020000000001`);

  test('a solicitation, byte by byte, with its checksum worked out by hand', () => {
    expect(encodeNeighbourMessage(solicitation, 'fe80::1', group).toString('hex')).toBe(bytes.toString('hex'));
    expect(decodeNeighbourMessage({ ...around, payload: bytes })).toEqual(solicitation);
  });

  test('an advertisement bears the target MAC and the flags solicited and override', () => {
    const message = { kind: 'advertisement', target: 'fe80::1', mac: '02:00:00:00:00:01', solicited: true } as const;
    const payload = encodeNeighbourMessage(message, 'fe80::1', 'fe80::2');
    expect(payload.readUInt8(4)).toBe(0x60);
    expect(payload.readUInt16BE(24)).toBe(0x0201);
    const ip = { source: 'fe80::1', destination: 'fe80::2', protocol: 58, hopLimit: 255 };
    expect(decodeNeighbourMessage({ ...ip, payload })).toEqual(message);
  });

  test('discarded: through a router, a wrong checksum, an option without a length', () => {
    expect(decodeNeighbourMessage({ ...around, hopLimit: 254, payload: bytes })).toBeUndefined();
    expect(decodeNeighbourMessage({ ...around, payload: damaged(bytes, 20) })).toBeUndefined();
    const zero = Buffer.from(bytes);
    zero.writeUInt16BE(0x0100, 24);
    zero.writeUInt16BE(bytes.readUInt16BE(2) + 1, 2);
    expect(decodeNeighbourMessage({ ...around, payload: zero })).toBeUndefined();
  });

  test('an IPv6 packet, byte by byte', () => {
    const packet = { ...around, payload: bytes };
    const header = `6000000000203aff${ipv6Bytes('fe80::1').toString('hex')}${ipv6Bytes(group).toString('hex')}`;
    expect(encodeIpv6(packet).subarray(0, 40).toString('hex')).toBe(header);
    expect(decodeIpv6(Buffer.concat([encodeIpv6(packet), Buffer.alloc(5)]))).toEqual(packet);
    expect(decodeIpv6(encodeIpv6(packet).subarray(0, 71))).toBeUndefined();
  });
});
