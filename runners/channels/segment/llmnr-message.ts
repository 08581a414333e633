import { type DecodedPacket, decode, encode } from 'dns-packet';
import { ipv6Bytes, ipv6Text } from './addresses.ts';

/** The messages of LLMNR (RFC 4795), which are those of DNS with other flags. */

export type LlmnrType = 'A' | 'AAAA';

export interface LlmnrQuestion {
  /** 0 to 65535. */
  readonly id: number;
  readonly name: string;
  readonly type: LlmnrType;
}

export interface LlmnrRecords {
  /** Canonical text. Empty where the responder owns the name and has no address of that kind. */
  readonly addresses: readonly string[];
  /** In seconds, the lowest of the records; 0 where there are none. */
  readonly ttl: number;
}

/** Either what was asked for, or why a sender has to discard the response. */
export type LlmnrReading = { readonly records: LlmnrRecords } | { readonly rejected: string };

/** A query has every flag zero: no recursion is desired, unlike in DNS, since that bit means "tentative" here. */
export function encodeLlmnrQuery(question: LlmnrQuestion): Buffer {
  const { id, name, type } = question;
  return encode({ type: 'query', id, flags: 0, questions: [{ name, type, class: 'IN' }] });
}

/** dns-packet's names for the bits that LLMNR gives another meaning, and two fields that its types forget. */
type Decoded = DecodedPacket & { readonly opcode: string; readonly rcode: string };

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Each a reason to discard a response, with what tells it, in the order in which they are looked at. */
const REASONS: readonly (readonly [because: string, holds: (message: Decoded, question: LlmnrQuestion) => boolean])[] =
  [
    ['it is a query, not a response', (message) => !message.flag_qr],
    ['its id is not the one of the query', (message, { id }) => message.id !== id],
    ['its opcode is not QUERY', (message) => message.opcode !== 'QUERY'],
    ['its response code is not NOERROR', (message) => message.rcode !== 'NOERROR'],
    ['the question is not echoed', (message, question) => !echoes(message, question)],
    ['it is truncated (TC)', (message) => message.flag_tc],
    ['the name is in conflict (C): another host claims it too', (message) => message.flag_aa],
    ['it is tentative (T): the responder has not verified yet that the name is unique', (message) => message.flag_rd],
  ];

function echoes(message: Decoded, { name, type }: LlmnrQuestion): boolean {
  const [echo, ...more] = message.questions ?? [];
  return more.length === 0 && echo?.type === type && echo.class === 'IN' && sameName(echo.name, name);
}

/** Checks a datagram from port 5355 as RFC 4795 tells a sender to. */
export function readLlmnrResponse(bytes: Buffer, question: LlmnrQuestion): LlmnrReading {
  let message: Decoded;
  try {
    message = decode(bytes) as Decoded;
  } catch (error) {
    return { rejected: `it is malformed: ${error instanceof Error ? error.message : String(error)}` };
  }
  const reason = REASONS.find(([, holds]) => holds(message, question));
  if (reason) return { rejected: reason[0] };
  const addresses: string[] = [];
  const ttls: number[] = [];
  for (const answer of message.answers ?? []) {
    if ((answer.type !== 'A' && answer.type !== 'AAAA') || answer.type !== question.type) continue;
    if (!sameName(answer.name, question.name)) continue;
    addresses.push(answer.type === 'AAAA' ? ipv6Text(ipv6Bytes(answer.data)) : answer.data);
    ttls.push(answer.ttl ?? 0);
  }
  return { records: { addresses, ttl: ttls.length > 0 ? Math.min(...ttls) : 0 } };
}
