import { describe, expect, test } from 'vitest';
import { FrameSplitter, withLength } from './framing.ts';
import { isTcp, pcapHeader, pcapRecord } from './pcap.ts';

describe('frames in a stream', () => {
  const frames = [Buffer.from('one'), Buffer.alloc(1514, 7), Buffer.from('x')];
  const stream = Buffer.concat(frames.map(withLength));

  test.each([1, 2, 3, 5, 100, 1517, stream.length])('in pieces of %i bytes', (size) => {
    const splitter = new FrameSplitter();
    const got: Buffer[] = [];
    for (let at = 0; at < stream.length; at += size) got.push(...splitter.push(stream.subarray(at, at + size)));
    expect(got).toEqual(frames);
  });

  test('the length stands in network order', () => {
    expect(withLength(Buffer.from('ab')).toString('hex')).toBe('000000026162');
  });

  test.each(['00000000', 'ffffffff'])('a length of %s is refused', (length) => {
    expect(() => new FrameSplitter().push(Buffer.from(length, 'hex'))).toThrow(/no QEMU stream netdev/);
  });
});

describe('pcap', () => {
  test('header and record, byte by byte', () => {
    expect(pcapHeader().toString('hex')).toBe('a1b23c4d00020004000000000000000000040000' + '00000001');
    expect(pcapRecord(Buffer.from('ab'), 1_500).toString('hex')).toBe('000000011dcd65000000000200000002' + '6162');
  });

  test('TCP is told from the rest', () => {
    const frame = Buffer.alloc(60);
    frame.writeUInt16BE(0x0800, 12);
    frame.writeUInt8(6, 23);
    expect(isTcp(frame)).toBe(true);
    frame.writeUInt16BE(0x86dd, 12);
    expect(isTcp(frame)).toBe(false);
    frame.writeUInt8(6, 20);
    expect(isTcp(frame)).toBe(true);
    frame.writeUInt16BE(0x0806, 12);
    expect(isTcp(frame)).toBe(false);
  });
});
