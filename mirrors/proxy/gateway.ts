import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { type ProxyEnvironment, WayOut } from '../way-out.ts';
import type { Mirror } from './archives.ts';
import type { Servers } from './plan.ts';

export interface GatewayParts {
  readonly mirrors: readonly Mirror[];
  /** Names the proxies of this host. */
  readonly env: ProxyEnvironment;
  /** The certificates that TLS trusts, in PEM. */
  readonly ca: Buffer | undefined;
  /** Called with why a mirror was not reached. */
  readonly failed: (mirror: Mirror, reason: string) => void;
}

/** Asks mirrors in nginx's place, which knows no proxy. Disposing of it ends it. */
export interface Gateway extends AsyncDisposable {
  readonly servers: Servers;
}

/**
 * Where this host reaches the world through proxies only: a port on 127.0.0.1 for each mirror, which speaks plain HTTP and asks
 * the mirror through them, by https where its address says so.
 */
export async function openGateway({ mirrors, env, ca, failed }: GatewayParts): Promise<Gateway> {
  await using stack = new AsyncDisposableStack();
  const out = stack.use(new WayOut(env, ca));
  const servers: Record<string, string[]> = {};
  for (const mirror of mirrors) {
    const server = createServer(async (asked, answer) => {
      const reason = await forward(asked, answer, mirror, out);
      if (reason !== undefined) failed(mirror, reason);
    });
    stack.defer(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    // What nginx is still to be told must not keep a process alive that has nothing else to do.
    server.unref();
    servers[mirror.id] = [`127.0.0.1:${(server.address() as AddressInfo).port}`];
  }
  const held = stack.move();
  return { servers, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

/** @returns why the mirror was not reached, where it was not. */
async function forward(
  { method, url = '' }: IncomingMessage,
  answer: ServerResponse,
  { scheme, host }: Mirror,
  out: WayOut,
): Promise<string | undefined> {
  const left = new AbortController();
  answer.on('close', () => left.abort());
  let response: IncomingMessage;
  try {
    response = await out.ask(`${scheme}://${host}${url}`, { method, signal: left.signal });
  } catch (error) {
    if (left.signal.aborted) return undefined;
    answer.writeHead(502).end();
    return error instanceof Error ? error.message || error.name : String(error);
  }
  if (response.statusCode === 407) {
    response.resume();
    answer.writeHead(502).end();
    return 'this host’s proxy asks for a name and a password, as in http_proxy=http://NAME:PASSWORD@HOST:PORT';
  }
  // An answer without an end of its own must not be given one: whether it was cut off nobody could tell.
  answer.useChunkedEncodingByDefault = response.headers['transfer-encoding'] !== undefined;
  answer.writeHead(response.statusCode ?? 502, response.headers);
  // Whoever breaks off breaks the other off.
  pipeline(response, answer, () => {});
  return undefined;
}
