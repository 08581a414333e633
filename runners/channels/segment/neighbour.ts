import {
  ALL_NODES_IPV6,
  BROADCAST_MAC,
  ipv4MulticastMac,
  ipv6MulticastMac,
  isIpv6,
  linkLocalOf,
  solicitedNode,
  UNSPECIFIED_IPV6,
} from './addresses.ts';
import { decodeArp, encodeArp } from './arp.ts';
import { decodeEthernet, ETHERTYPE, type EthernetFrame, encodeEthernet } from './ethernet.ts';
import { firstWithin } from './first.ts';
import { type IpPacket, PROTOCOL } from './ip.ts';
import { decodeIpv4, encodeIpv4 } from './ipv4.ts';
import { decodeIpv6, encodeIpv6 } from './ipv6.ts';
import { decodeNeighbourMessage, encodeNeighbourMessage, NEIGHBOUR_HOP_LIMIT } from './neighbour-discovery.ts';
import { decodeUdp, encodeUdp, type UdpDatagram } from './udp.ts';
import type { Wire } from './wire.ts';

/** A datagram with what the layers below it say of where it came from. */
export interface ReceivedDatagram extends UdpDatagram {
  readonly sourceMac: string;
  readonly source: string;
  readonly destination: string;
  readonly hopLimit: number;
}

export interface SentDatagram extends UdpDatagram {
  /** A multicast group. */
  readonly group: string;
  readonly hopLimit: number;
}

export interface NeighbourAddresses {
  readonly mac: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** Locally administered; in the /24 of QEMU's user network, outside of what its DHCP server hands out. */
const DEFAULT_MAC = '02:73:74:75:62:4d';
export const DEFAULT_ADDRESSES: NeighbourAddresses = {
  mac: DEFAULT_MAC,
  ipv4: '10.0.2.77',
  ipv6: linkLocalOf(DEFAULT_MAC),
};

const RESOLVE_TRIES = 3;

/**
 * A host on the segment, next to the guest and to QEMU's own gateway: it has one MAC, one IPv4 and one IPv6 address, tells
 * who asks for these (ARP, neighbour solicitations), and says nothing else unasked.
 */
export class Neighbour implements Disposable {
  readonly addresses: NeighbourAddresses;
  readonly #wire: Wire;
  readonly #stop: () => void;
  readonly #datagrams = new Set<(datagram: ReceivedDatagram) => void>();
  readonly #claims = new Set<(ip: string, mac: string) => void>();

  constructor(wire: Wire, addresses: NeighbourAddresses = DEFAULT_ADDRESSES) {
    this.addresses = addresses;
    this.#wire = wire;
    this.#stop = wire.subscribe((frame) => this.#hear(frame));
  }

  [Symbol.dispose](): void {
    this.#stop();
  }

  /** Hears every valid datagram to one of our addresses or to a group. Returns the way to stop. */
  onDatagram(listener: (datagram: ReceivedDatagram) => void): () => void {
    this.#datagrams.add(listener);
    return () => this.#datagrams.delete(listener);
  }

  /** Sends a datagram to a multicast group of IPv4 or IPv6 from our address of the same kind. */
  multicast(datagram: SentDatagram): void {
    const { group } = datagram;
    const source = isIpv6(group) ? this.addresses.ipv6 : this.addresses.ipv4;
    const mac = isIpv6(group) ? ipv6MulticastMac(group) : ipv4MulticastMac(group);
    const payload = encodeUdp(datagram, source, group);
    this.#sendIp(mac, { source, destination: group, protocol: PROTOCOL.udp, hopLimit: datagram.hopLimit, payload });
  }

  /** Sends a datagram to one host whose MAC is known, such as the sender of what is answered. */
  unicast(datagram: UdpDatagram & { readonly mac: string; readonly destination: string }): void {
    const { destination } = datagram;
    const source = isIpv6(destination) ? this.addresses.ipv6 : this.addresses.ipv4;
    const payload = encodeUdp(datagram, source, destination);
    this.#sendIp(datagram.mac, { source, destination, protocol: PROTOCOL.udp, hopLimit: 255, payload });
  }

  /**
   * Asks the segment which MAC has an address: ARP or neighbour solicitation, three times within `timeout` seconds.
   * `undefined` when nobody has it.
   */
  async macOf(
    ip: string,
    options: { readonly timeout: number; readonly signal?: AbortSignal },
  ): Promise<string | undefined> {
    for (let tried = 0; tried < RESOLVE_TRIES; tried++) {
      const mac = await firstWithin<string>(options.timeout / RESOLVE_TRIES, options.signal, (found) => {
        const claim = (claimed: string, by: string): void => {
          if (claimed === ip) found(by);
        };
        this.#claims.add(claim);
        this.#ask(ip);
        return () => this.#claims.delete(claim);
      });
      if (mac) return mac;
    }
    return undefined;
  }

  #ask(ip: string): void {
    const { mac, ipv4 } = this.addresses;
    if (isIpv6(ip)) {
      const group = solicitedNode(ip);
      this.#sendDiscovery(ipv6MulticastMac(group), group, { kind: 'solicitation', target: ip, mac, solicited: false });
      return;
    }
    this.#send(
      BROADCAST_MAC,
      ETHERTYPE.arp,
      encodeArp({
        operation: 'request',
        senderMac: mac,
        senderIp: ipv4,
        targetMac: '00:00:00:00:00:00',
        targetIp: ip,
      }),
    );
  }

  #hear(bytes: Buffer): void {
    const frame = decodeEthernet(bytes);
    if (!frame || frame.source === this.addresses.mac || !this.#isForUs(frame.destination)) return;
    if (frame.etherType === ETHERTYPE.arp) this.#hearArp(frame);
    if (frame.etherType === ETHERTYPE.ipv4) this.#hearIp(frame, decodeIpv4(frame.payload), this.addresses.ipv4);
    if (frame.etherType === ETHERTYPE.ipv6) this.#hearIp(frame, decodeIpv6(frame.payload), this.addresses.ipv6);
  }

  /** Ours, or with the group bit, which broadcast has too. */
  #isForUs(mac: string): boolean {
    return mac === this.addresses.mac || (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
  }

  #hearArp(frame: EthernetFrame): void {
    const arp = decodeArp(frame.payload);
    if (!arp) return;
    const { mac, ipv4 } = this.addresses;
    if (arp.operation === 'reply') {
      for (const claim of [...this.#claims]) claim(arp.senderIp, arp.senderMac);
    } else if (arp.targetIp === ipv4) {
      this.#send(
        arp.senderMac,
        ETHERTYPE.arp,
        encodeArp({
          operation: 'reply',
          senderMac: mac,
          senderIp: ipv4,
          targetMac: arp.senderMac,
          targetIp: arp.senderIp,
        }),
      );
    }
  }

  #hearIp(frame: EthernetFrame, packet: IpPacket | undefined, own: string): void {
    if (!packet) return;
    const message = decodeNeighbourMessage(packet);
    if (message?.kind === 'advertisement') {
      for (const claim of [...this.#claims]) claim(message.target, message.mac ?? frame.source);
    }
    if (message?.kind === 'solicitation' && message.target === own) this.#advertise(frame.source, packet.source);
    const forUs = packet.destination === own || this.#isGroup(packet.destination);
    const datagram = forUs ? decodeUdp(packet) : undefined;
    if (!datagram) return;
    const { source, destination, hopLimit } = packet;
    const received = { ...datagram, sourceMac: frame.source, source, destination, hopLimit };
    for (const listener of [...this.#datagrams]) listener(received);
  }

  #isGroup(ip: string): boolean {
    const first = Number.parseInt(ip, isIpv6(ip) ? 16 : 10);
    return isIpv6(ip) ? first >>> 8 === 0xff : first >= 224 && first <= 239;
  }

  /** To the asker; to all nodes where the asker has no address yet because it is checking whether ours is free. */
  #advertise(askerMac: string, asker: string): void {
    const { mac, ipv6 } = this.addresses;
    const solicited = asker !== UNSPECIFIED_IPV6;
    const destination = solicited ? asker : ALL_NODES_IPV6;
    const to = solicited ? askerMac : ipv6MulticastMac(ALL_NODES_IPV6);
    this.#sendDiscovery(to, destination, { kind: 'advertisement', target: ipv6, mac, solicited });
  }

  #sendDiscovery(mac: string, destination: string, message: Parameters<typeof encodeNeighbourMessage>[0]): void {
    const source = this.addresses.ipv6;
    const payload = encodeNeighbourMessage(message, source, destination);
    this.#sendIp(mac, { source, destination, protocol: PROTOCOL.icmpv6, hopLimit: NEIGHBOUR_HOP_LIMIT, payload });
  }

  #sendIp(mac: string, packet: IpPacket): void {
    if (isIpv6(packet.source)) this.#send(mac, ETHERTYPE.ipv6, encodeIpv6(packet));
    else this.#send(mac, ETHERTYPE.ipv4, encodeIpv4(packet));
  }

  #send(destination: string, etherType: number, payload: Buffer): void {
    this.#wire.send(encodeEthernet({ destination, source: this.addresses.mac, etherType, payload }));
  }
}
