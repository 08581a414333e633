import { type Answer, decode, encode, type Packet } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { linkLocalOf } from './addresses.ts';
import { decodeEthernet } from './ethernet.ts';
import { LLMNR_PORT, type LlmnrOptions, type LlmnrTransport, resolve } from './llmnr.ts';
import { encodeLlmnrQuery, type LlmnrType, readLlmnrResponse } from './llmnr-message.ts';
import { DEFAULT_ADDRESSES, Neighbour, type NeighbourAddresses, type ReceivedDatagram } from './neighbour.ts';
import type { Wire } from './wire.ts';

/** A hub inside the process: each frame goes to every other port, in its own turn. */
class Hub {
  readonly seen: Buffer[] = [];
  readonly #ports = new Map<object, Set<(frame: Buffer) => void>>();

  port(): Wire {
    const listeners = new Set<(frame: Buffer) => void>();
    const key = {};
    this.#ports.set(key, listeners);
    return {
      send: (frame) => {
        this.seen.push(frame);
        for (const [other, heard] of this.#ports) {
          if (other !== key) for (const listener of heard) setImmediate(listener, frame);
        }
      },
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  }
}

const GUEST_MAC = '52:54:00:12:34:56';
const GUEST: NeighbourAddresses = { mac: GUEST_MAC, ipv4: '10.0.2.15', ipv6: linkLocalOf(GUEST_MAC) };
const RECORDS: Readonly<Record<LlmnrType, Answer>> = {
  A: { type: 'A', name: 'Stub-Cell', ttl: 30, data: '10.0.2.15' },
  AAAA: { type: 'AAAA', name: 'Stub-Cell', ttl: 20, data: GUEST.ipv6 },
};

interface ResponderHabits {
  readonly alter?: (response: Packet) => Packet;
  readonly raw?: Buffer;
  readonly port?: number;
  /** Queries passed over before the first answer. */
  readonly deaf?: number;
  readonly addresses?: NeighbourAddresses;
}

/** The other half: answers over the same segment as RFC 4795 tells a responder to, but for its habits. */
function responder(hub: Hub, habits: ResponderHabits = {}): { queries: ReceivedDatagram[] } & Disposable {
  const host = new Neighbour(hub.port(), habits.addresses ?? GUEST);
  const queries: ReceivedDatagram[] = [];
  host.onDatagram((datagram) => {
    if (datagram.destinationPort !== LLMNR_PORT) return;
    queries.push(datagram);
    const query = decode(datagram.payload);
    const [question] = query.questions ?? [];
    if (question?.name.toLowerCase() !== 'stub-cell' || queries.length <= (habits.deaf ?? 0)) return;
    const answers = [RECORDS[question.type as LlmnrType]];
    const right: Packet = { type: 'response', id: query.id, flags: 0, questions: [question], answers };
    host.unicast({
      mac: datagram.sourceMac,
      destination: datagram.source,
      sourcePort: habits.port ?? LLMNR_PORT,
      destinationPort: datagram.sourcePort,
      payload: habits.raw ?? encode(habits.alter?.(right) ?? right),
    });
  });
  return { queries, [Symbol.dispose]: () => host[Symbol.dispose]() };
}

const QUICK: LlmnrOptions = { timeout: 0.05 };

describe('a query', () => {
  test('has all flags zero, byte by byte', () => {
    const bytes = encodeLlmnrQuery({ id: 0xabcd, name: 'stub', type: 'AAAA' });
    expect(bytes.toString('hex')).toBe('abcd00000001000000000000' + '0473747562' + '00001c0001');
  });

  test.each<[LlmnrTransport, string, string]>([
    ['ipv4', '01:00:5e:00:00:fc', '10.0.2.77'],
    ['ipv6', '33:33:00:01:00:03', DEFAULT_ADDRESSES.ipv6],
  ])('over %s goes to the group with a hop limit of 255, three times', async (via, mac, source) => {
    const hub = new Hub();
    using neighbour = new Neighbour(hub.port());
    using other = responder(hub);
    expect(await resolve(neighbour, 'nobody', 'A', via, { timeout: 0.02 })).toBeUndefined();
    expect(other.queries).toHaveLength(3);
    expect(other.queries[0]).toMatchObject({ source, hopLimit: 255, destinationPort: 5355 });
    expect(hub.seen.map((frame) => decodeEthernet(frame)?.destination)).toEqual([mac, mac, mac]);
  });
});

describe('an answer', () => {
  test.each<[LlmnrType, LlmnrTransport]>([
    ['A', 'ipv4'],
    ['A', 'ipv6'],
    ['AAAA', 'ipv4'],
    ['AAAA', 'ipv6'],
  ])('%s over %s', async (type, via) => {
    const hub = new Hub();
    using neighbour = new Neighbour(hub.port());
    using _ = responder(hub);
    expect(await resolve(neighbour, 'stub-cell', type, via, QUICK)).toMatchObject({
      addresses: [type === 'A' ? GUEST.ipv4 : GUEST.ipv6],
      ttl: type === 'A' ? 30 : 20,
      responderMac: GUEST_MAC,
      responderIp: via === 'ipv4' ? GUEST.ipv4 : GUEST.ipv6,
    });
  });

  test.each([
    [1, false],
    [2, true],
  ])('to the third transmission, with %i retries: %s', async (retries, answered) => {
    const hub = new Hub();
    using neighbour = new Neighbour(hub.port());
    using _ = responder(hub, { deaf: 2 });
    const answer = await resolve(neighbour, 'stub-cell', 'A', 'ipv4', { ...QUICK, retries });
    expect(answer !== undefined).toBe(answered);
  });

  test('without an address of that kind is an answer without addresses', async () => {
    const hub = new Hub();
    using neighbour = new Neighbour(hub.port());
    using _ = responder(hub, { alter: (right) => ({ ...right, answers: [] }) });
    expect(await resolve(neighbour, 'stub-cell', 'A', 'ipv4', QUICK)).toMatchObject({ addresses: [], ttl: 0 });
  });

  test.each<[string, ResponderHabits]>([
    ['its id', { alter: (right) => ({ ...right, id: ((right.id ?? 0) + 1) & 0xffff }) }],
    ['it is a query', { alter: (right) => ({ ...right, type: 'query' }) }],
    ['response code', { alter: (right) => ({ ...right, flags: 3 }) }],
    ['opcode', { alter: (right) => ({ ...right, flags: 0x2800 }) }],
    ['not echoed', { alter: (right) => ({ ...right, questions: [] }) }],
    ['not echoed', { alter: (right) => ({ ...right, questions: [{ name: 'other', type: 'A' }] }) }],
    ['not echoed', { alter: (right) => ({ ...right, questions: [{ name: 'stub-cell', type: 'AAAA' }] }) }],
    ['truncated', { alter: (right) => ({ ...right, flags: 0x0200 }) }],
    ['in conflict', { alter: (right) => ({ ...right, flags: 0x0400 }) }],
    ['tentative', { alter: (right) => ({ ...right, flags: 0x0100 }) }],
    ['malformed', { raw: Buffer.from('00010203040506', 'hex') }],
    ['comes from port 53', { port: 53 }],
  ])('is refused because of: %s', async (because, habits) => {
    const hub = new Hub();
    using neighbour = new Neighbour(hub.port());
    using _ = responder(hub, habits);
    await expect(resolve(neighbour, 'stub-cell', 'A', 'ipv4', QUICK)).rejects.toMatchObject({
      code: 'llmnr-bad-response',
      fault: 'guest',
      message: expect.stringContaining(because),
    });
  });

  test.each<[string, NeighbourAddresses]>([
    ['another network', { ...GUEST, ipv4: '192.168.1.5' }],
    ['the gateway', { ...GUEST, mac: '52:55:0a:00:02:02' }],
  ])('from %s is not heard', async (_where, addresses) => {
    const hub = new Hub();
    using neighbour = new Neighbour(hub.port());
    using outside = responder(hub, { addresses });
    expect(await resolve(neighbour, 'stub-cell', 'A', 'ipv4', QUICK)).toBeUndefined();
    expect(outside.queries).toHaveLength(3);
  });

  test('is read without regard to case; records of another name do not count', () => {
    const question = { id: 1, name: 'stub-cell', type: 'A' } as const;
    const bytes = encode({
      type: 'response',
      id: 1,
      flags: 0,
      questions: [{ name: 'STUB-CELL', type: 'A' }],
      answers: [
        { type: 'A', name: 'Stub-cell', ttl: 9, data: '10.0.2.15' },
        { type: 'A', name: 'other', ttl: 1, data: '10.0.2.99' },
      ],
    });
    expect(readLlmnrResponse(bytes, question)).toEqual({ records: { addresses: ['10.0.2.15'], ttl: 9 } });
  });
});

test('an abort ends the wait at once', async () => {
  const hub = new Hub();
  using neighbour = new Neighbour(hub.port());
  const abort = new AbortController();
  setTimeout(() => abort.abort('enough'), 20);
  const asked = resolve(neighbour, 'nobody', 'A', 'ipv4', { timeout: 60, signal: abort.signal });
  await expect(asked).rejects.toBe('enough');
});

describe('a neighbour', () => {
  test('finds the other by ARP and by neighbour solicitation, and nobody where nobody is', async () => {
    const hub = new Hub();
    using neighbour = new Neighbour(hub.port());
    using _ = responder(hub);
    expect(await neighbour.macOf(GUEST.ipv4, { timeout: 1 })).toBe(GUEST_MAC);
    expect(await neighbour.macOf(GUEST.ipv6, { timeout: 1 })).toBe(GUEST_MAC);
    expect(await neighbour.macOf('10.0.2.16', { timeout: 0.06 })).toBeUndefined();
    expect(await neighbour.macOf('fe80::16', { timeout: 0.06 })).toBeUndefined();
  });

  test('leaves alone what is not for it', async () => {
    const hub = new Hub();
    using neighbour = new Neighbour(hub.port());
    const heard: ReceivedDatagram[] = [];
    neighbour.onDatagram((datagram) => heard.push(datagram));
    using sender = new Neighbour(hub.port(), GUEST);
    const datagram = { sourcePort: 1, destinationPort: 2, payload: Buffer.from('x') };
    sender.unicast({ ...datagram, mac: '52:55:0a:00:02:02', destination: '10.0.2.2' });
    sender.unicast({ ...datagram, mac: DEFAULT_ADDRESSES.mac, destination: '10.0.2.2' });
    hub.port().send(Buffer.alloc(5));
    sender.unicast({ ...datagram, mac: DEFAULT_ADDRESSES.mac, destination: '10.0.2.77' });
    await new Promise((resolved) => setTimeout(resolved, 20));
    expect(heard).toHaveLength(1);
    expect(hub.seen).toHaveLength(4);
  });
});
