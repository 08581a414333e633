import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FrameSplitter, withLength } from './framing.ts';
import { Segment } from './segment.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stub-segment-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Connects as QEMU does. */
async function machine(path: string): Promise<Socket> {
  const socket = connect(path);
  await once(socket, 'connect');
  return socket;
}

test('frames pass both ways and are kept; a second machine takes the place of the first', async () => {
  const path = join(folder, 'segment.sock');
  const pcap = join(folder, 'segment.pcap');
  const heard: Buffer[] = [];
  {
    await using segment = await Segment.listen(path, { pcap });
    segment.subscribe((frame) => heard.push(frame));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => segment.send(Buffer.alloc(60))).toThrow(/no machine is connected/);

    const first = await machine(path);
    await segment.whenConnected({ timeout: 5 });
    const second = await machine(path);
    await once(first, 'close');

    second.write(withLength(Buffer.alloc(60, 1)));
    await expect.poll(() => heard.length).toBe(1);
    segment.send(Buffer.alloc(61, 2));
    const [chunk] = await once(second, 'data');
    expect(new FrameSplitter().push(chunk)).toEqual([Buffer.alloc(61, 2)]);
    expect(segment.connected).toBe(true);
  }
  expect(readFileSync(pcap).length).toBe(24 + 16 + 60 + 16 + 61);
  expect(() => statSync(path)).toThrow(/ENOENT/);
});

test('what speaks another language is put off and named', async () => {
  const path = join(folder, 'segment.sock');
  await using segment = await Segment.listen(path);
  const stranger = await machine(path);
  stranger.on('error', () => {});
  stranger.write('GET / HTTP/1.1\r\n\r\n');
  await once(stranger, 'close');
  expect(segment.connected).toBe(false);
  expect(() => segment.send(Buffer.alloc(60))).toThrow(/no QEMU stream netdev/);
});

test('nobody connects', async () => {
  await using segment = await Segment.listen(join(folder, 'segment.sock'));
  await expect(segment.whenConnected({ timeout: 0.02 })).rejects.toMatchObject({ code: 'segment-not-connected' });
});

test('a path that is too long, and a folder that is not there', async () => {
  const long = join(folder, 'x'.repeat(100));
  await expect(Segment.listen(long)).rejects.toMatchObject({
    code: 'segment-not-listening',
    message: expect.stringContaining('107 bytes'),
  });
  await expect(Segment.listen(join(folder, 'no', 's'))).rejects.toMatchObject({ code: 'segment-not-listening' });
});
