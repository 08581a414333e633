import { connect, type Socket } from 'node:net';
import ssh2, { type AnyAuthMethod, type AuthHandlerMiddleware, type Client } from 'ssh2';
import { type HostKey, hostKeyOf } from './keys.ts';

/** What a connection goes through, in order. */
export type SshPhase = 'tcp' | 'banner' | 'handshake' | 'authentication';

/**
 * In seconds, how long one attempt stays in a phase before it is given up and made anew. QEMU's user network accepts the TCP
 * connection before the guest does, so a guest without a server shows as a banner that does not come; and a connection made
 * while the guest reboots is never answered. An emulated machine needs seconds for the key exchange.
 */
const PATIENCE: Readonly<Record<SshPhase, number>> = { tcp: 5, banner: 10, handshake: 60, authentication: 60 };

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** The method of authentication that is tried next, given what the server still offers; `undefined` when there is none left. */
export type NextMethod = (offered: readonly string[]) => AnyAuthMethod | undefined;

/** How one attempt to connect ended. Only `not-yet` is worth another. */
export type AttemptResult =
  | { readonly kind: 'open'; readonly client: Client; readonly hostKey: HostKey }
  | { readonly kind: 'refused'; readonly because: string; readonly offered: readonly string[] }
  | { readonly kind: 'no-agreement'; readonly because: string }
  | { readonly kind: 'not-yet'; readonly phase: SshPhase; readonly because: string };

type Ssh2Error = Error & { readonly level?: string; readonly code?: unknown };

/** Connects once. `seconds` bounds the whole attempt. @throws the signal's reason when it is aborted. */
export async function attemptConnection(
  endpoint: Endpoint,
  nextMethod: NextMethod,
  seconds: number,
  signal?: AbortSignal,
): Promise<AttemptResult> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<AttemptResult>();
  const socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true });
  const client = new ssh2.Client();
  const abort = (): void => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const deadline = performance.now() + seconds * 1000;
  let phase: SshPhase = 'tcp';
  let timer: NodeJS.Timeout | undefined;
  const enter = (next: SshPhase): void => {
    phase = next;
    clearTimeout(timer);
    const patience = Math.min(PATIENCE[next] * 1000, Math.max(0, deadline - performance.now()));
    const because = `no answer within ${Math.round(patience / 100) / 10} s`;
    timer = setTimeout(() => resolve({ kind: 'not-yet', phase: next, because }), patience);
  };
  const notYet = (because: string): void => resolve({ kind: 'not-yet', phase, because });

  enter('tcp');
  socket.on('error', (error) => notYet(error.message));
  socket.on('connect', () => {
    enter('banner');
    startSsh();
    socket.once('data', () => enter('handshake'));
  });

  let hostKey: HostKey | undefined;
  let offered: readonly string[] = [];
  const startSsh = (): void => {
    client.on('handshake', () => enter('authentication'));
    client.on('ready', () => hostKey && resolve({ kind: 'open', client, hostKey }));
    client.on('close', () => notYet('the connection was closed'));
    client.on('error', (error: Ssh2Error) => resolve(readError(error, phase, offered)));
    client.connect({
      sock: socket,
      username: endpoint.user,
      readyTimeout: 0,
      hostVerifier: (blob: Buffer) => {
        hostKey = hostKeyOf(blob);
        return true;
      },
      authHandler: ((left: readonly string[] | null, _partial, next: (method: AnyAuthMethod | false) => void) => {
        if (left) offered = left;
        next(nextMethod(offered) ?? false);
      }) as AuthHandlerMiddleware,
    });
  };

  try {
    const result = await promise;
    if (result.kind !== 'open') hangUp(client, socket);
    return result;
  } catch (error) {
    hangUp(client, socket);
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

function hangUp(client: Client, socket: Socket): void {
  client.on('error', () => {});
  client.end();
  socket.destroy();
}

/** ssh2 names the layer an error comes from; a number for a code is the server's own message that it disconnects. */
function readError(error: Ssh2Error, phase: SshPhase, offered: readonly string[]): AttemptResult {
  const because = error.message;
  const saidNo = error.level === 'client-authentication' || typeof error.code === 'number';
  if (phase === 'authentication' && saidNo) return { kind: 'refused', because, offered };
  if (error.level === 'handshake') return { kind: 'no-agreement', because };
  return { kind: 'not-yet', phase, because };
}
