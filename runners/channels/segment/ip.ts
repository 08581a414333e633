/** What IPv4 and IPv6 have in common as far as the segment cares. */
export interface IpPacket {
  readonly source: string;
  readonly destination: string;
  /** IPv4's protocol, IPv6's next header. */
  readonly protocol: number;
  /** IPv4's time to live, IPv6's hop limit. */
  readonly hopLimit: number;
  readonly payload: Buffer;
}

export const PROTOCOL = { tcp: 6, udp: 17, icmpv6: 58 } as const;
