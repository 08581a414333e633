import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { GuestFailure, HarnessError } from '../../errors.ts';
import { firstWithin } from './first.ts';
import { FrameSplitter, withLength } from './framing.ts';
import { PcapFile } from './pcap.ts';
import type { Wire } from './wire.ts';

/** What fits into sockaddr_un besides its terminating zero. */
const LONGEST_SOCKET_PATH = 107;

export interface SegmentOptions {
  /** Where to keep all frames but TCP, in both directions, as a pcap file. */
  readonly pcap?: string;
}

/**
 * The guest's Ethernet segment as far as the runner hears it: a unix socket to which QEMU's `-netdev stream` connects.
 * Multicast, which QEMU's user network does not carry, arrives here, since the hub repeats every frame to every port.
 */
export class Segment implements Wire, AsyncDisposable {
  readonly #server: Server;
  readonly #pcap: PcapFile | undefined;
  readonly #listeners = new Set<(frame: Buffer) => void>();
  readonly #connectionListeners = new Set<() => void>();
  #qemu: Socket | undefined;
  #lostBecause: Error | undefined;

  private constructor(server: Server, pcap: PcapFile | undefined) {
    this.#server = server;
    this.#pcap = pcap;
    server.on('connection', (socket) => this.#accept(socket));
  }

  /**
   * Listens on `socketPath`, whose folder must exist and be private. To be called before QEMU starts, which ends at once
   * where nobody listens.
   *
   * @throws HarnessError `segment-not-listening`.
   */
  static async listen(socketPath: string, options: SegmentOptions = {}): Promise<Segment> {
    const refused = (message: string, cause?: unknown): HarnessError =>
      new HarnessError({
        code: 'segment-not-listening',
        message: `network segment at ${socketPath}: ${message}`,
        cause,
      });
    if (Buffer.byteLength(socketPath) > LONGEST_SOCKET_PATH) {
      throw refused(`the path is longer than the ${LONGEST_SOCKET_PATH} bytes a unix socket's name may have`);
    }
    using stack = new DisposableStack();
    const pcap = options.pcap === undefined ? undefined : stack.use(new PcapFile(options.pcap));
    const server = createServer();
    server.listen(socketPath);
    try {
      await once(server, 'listening');
    } catch (cause) {
      throw refused(cause instanceof Error ? cause.message : String(cause), cause);
    }
    chmodSync(socketPath, 0o600);
    stack.move();
    return new Segment(server, pcap);
  }

  get connected(): boolean {
    return this.#qemu !== undefined;
  }

  /** Resolves when QEMU is connected. @throws HarnessError `segment-not-connected` after `timeout` seconds. */
  async whenConnected(options: { readonly timeout: number; readonly signal?: AbortSignal }): Promise<void> {
    if (this.connected) return;
    const connected = await firstWithin<true>(options.timeout, options.signal, (found) => {
      const listener = (): void => found(true);
      this.#connectionListeners.add(listener);
      return () => this.#connectionListeners.delete(listener);
    });
    if (!connected) {
      throw new HarnessError({
        code: 'segment-not-connected',
        message: `QEMU did not connect to the network segment within ${options.timeout} s`,
      });
    }
  }

  /**
   * Puts a frame on the segment.
   *
   * @throws GuestFailure `segment-gone` when no QEMU is connected: the guest's machine has ended or was never started.
   */
  send(frame: Buffer): void {
    if (!this.#qemu) {
      throw new GuestFailure({
        code: 'segment-gone',
        message: `no machine is connected to the network segment${this.#lostBecause ? `: ${this.#lostBecause.message}` : ''}`,
        cause: this.#lostBecause,
      });
    }
    this.#pcap?.add(frame);
    this.#qemu.write(withLength(frame));
  }

  subscribe(listener: (frame: Buffer) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#qemu?.destroy();
    if (this.#server.listening) {
      this.#server.close();
      await once(this.#server, 'close');
    }
    this.#pcap?.[Symbol.dispose]();
  }

  /** A new QEMU replaces the one before it. */
  #accept(socket: Socket): void {
    this.#qemu?.destroy();
    this.#qemu = socket;
    const splitter = new FrameSplitter();
    socket.on('data', (chunk) => {
      try {
        for (const frame of splitter.push(chunk)) this.#hear(frame);
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    socket.on('error', (error) => {
      this.#lostBecause = error;
    });
    socket.on('close', () => {
      if (this.#qemu === socket) this.#qemu = undefined;
    });
    for (const listener of [...this.#connectionListeners]) listener();
  }

  #hear(frame: Buffer): void {
    this.#pcap?.add(frame);
    for (const listener of [...this.#listeners]) listener(frame);
  }
}
