import { randomInt } from 'node:crypto';
import { GuestFailure } from '../../errors.ts';
import { isIpv6, isOnLink } from './addresses.ts';
import { firstWithin } from './first.ts';
import { encodeLlmnrQuery, type LlmnrRecords, type LlmnrType, readLlmnrResponse } from './llmnr-message.ts';
import type { Neighbour, ReceivedDatagram } from './neighbour.ts';

export type LlmnrTransport = 'ipv4' | 'ipv6';

export interface LlmnrOptions {
  /** In seconds, after each transmission. RFC 4795 has at most one; a slow guest may need more. */
  readonly timeout?: number;
  /** Transmissions after the first. RFC 4795 has three transmissions in all. */
  readonly retries?: number;
  readonly signal?: AbortSignal;
}

export interface LlmnrAnswer extends LlmnrRecords {
  readonly name: string;
  readonly type: LlmnrType;
  readonly via: LlmnrTransport;
  readonly responderMac: string;
  readonly responderIp: string;
  /** From the first transmission. */
  readonly seconds: number;
}

export const LLMNR_PORT = 5355;
export const LLMNR_GROUP: Readonly<Record<LlmnrTransport, string>> = { ipv4: '224.0.0.252', ipv6: 'ff02::1:3' };
/** What RFC 4795, 2.5 recommends for TTL and hop limit over UDP. */
const HOP_LIMIT = 255;
/** QEMU's user network sends as 52:55 and its own IPv4 address, whatever the packet's source is. */
const GATEWAY_MAC_PREFIX = '52:55:';
const LLMNR_TIMEOUT = 1;
const LLMNR_RETRIES = 2;

/**
 * Asks the segment for the addresses of a name as any host next to the guest would. `undefined` when nobody answers.
 *
 * QEMU's user network passes the query on to the host's own network (over IPv4, with a TTL of 1); what a machine out there
 * may say is not heard, since it comes through the gateway.
 *
 * @throws GuestFailure `llmnr-bad-response` when there were only responses that a sender has to discard, and why it has to.
 */
export async function resolve(
  neighbour: Neighbour,
  name: string,
  type: LlmnrType,
  via: LlmnrTransport,
  options: LlmnrOptions = {},
): Promise<LlmnrAnswer | undefined> {
  const { timeout = LLMNR_TIMEOUT, retries = LLMNR_RETRIES, signal } = options;
  const question = { id: randomInt(0x10000), name: name.replace(/\.$/, ''), type };
  const sourcePort = randomInt(49152, 0x10000);
  const query = { group: LLMNR_GROUP[via], sourcePort, destinationPort: LLMNR_PORT, hopLimit: HOP_LIMIT };
  const payload = encodeLlmnrQuery(question);
  const rejected = new Set<string>();
  const started = performance.now();

  const hear = (datagram: ReceivedDatagram): LlmnrAnswer | undefined => {
    if (datagram.destinationPort !== sourcePort || isIpv6(datagram.source) !== (via === 'ipv6')) return undefined;
    if (cameFromOutside(datagram, neighbour)) return undefined;
    const reading = isFromResponder(datagram, neighbour) ?? readLlmnrResponse(datagram.payload, question);
    if ('rejected' in reading) {
      rejected.add(`${datagram.source} (${datagram.sourceMac}): ${reading.rejected}`);
      return undefined;
    }
    return {
      ...reading.records,
      name: question.name,
      type,
      via,
      responderMac: datagram.sourceMac,
      responderIp: datagram.source,
      seconds: (performance.now() - started) / 1000,
    };
  };

  for (let sent = 0; sent <= retries; sent++) {
    const answer = await firstWithin<LlmnrAnswer>(timeout, signal, (found) => {
      const stop = neighbour.onDatagram((datagram) => {
        const heard = hear(datagram);
        if (heard) found(heard);
      });
      neighbour.multicast({ ...query, payload });
      return stop;
    });
    if (answer) return answer;
  }
  if (rejected.size === 0) return undefined;
  throw new GuestFailure({
    code: 'llmnr-bad-response',
    message: `LLMNR over ${via} for ${question.name} ${type}: only responses that must be discarded: ${[...rejected].join('; ')}`,
  });
}

function cameFromOutside(datagram: ReceivedDatagram, neighbour: Neighbour): boolean {
  return datagram.sourceMac.startsWith(GATEWAY_MAC_PREFIX) || !isOnLink(datagram.source, neighbour.addresses.ipv4);
}

/** A responder answers from LLMNR's port and to the asker alone. `undefined` when that is so. */
function isFromResponder(datagram: ReceivedDatagram, neighbour: Neighbour): { rejected: string } | undefined {
  const { ipv4, ipv6 } = neighbour.addresses;
  if (datagram.sourcePort !== LLMNR_PORT)
    return { rejected: `it comes from port ${datagram.sourcePort}, not ${LLMNR_PORT}` };
  if (datagram.destination !== ipv4 && datagram.destination !== ipv6) {
    return { rejected: `it is sent to ${datagram.destination}, not to the asker` };
  }
  return undefined;
}
