import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A proxy as a company has one, on a real socket: whole addresses, and CONNECT for TLS. */
export interface ForwardProxy extends AsyncDisposable {
  /** With the name and password it asks for, where it does. */
  readonly uri: string;
  /** METHOD ADDRESS of what was asked, in order. */
  readonly asked: string[];
  /** Connections to it. */
  readonly open: number;
}

/**
 * @param hosts where the names are that nobody else knows: HOST:PORT of the origin.
 * @param login NAME:PASSWORD
 */
export async function startForwardProxy(
  hosts: Readonly<Record<string, string>>,
  login?: string,
): Promise<ForwardProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`;
  const server = createServer((from, to) => {
    asked.push(`${from.method} ${from.url}`);
    if (from.headers['proxy-authorization'] !== wanted) return void to.writeHead(407).end();
    const { host, pathname } = new URL(from.url ?? '');
    const [hostname, port] = (hosts[host] ?? '127.0.0.1:1').split(':');
    const on = request({ hostname, port, path: pathname, method: from.method, headers: { host }, agent: false });
    on.once('error', () => to.writeHead(503).end());
    on.once('response', (response) => {
      to.writeHead(response.statusCode ?? 0, response.headers);
      response.on('error', () => to.destroy()).pipe(to);
    });
    to.once('close', () => on.destroy());
    on.end();
  });
  server.on('connect', (from, socket, head: Buffer) => {
    asked.push(`CONNECT ${from.url}`);
    const [hostname, port] = (hosts[from.url ?? ''] ?? '127.0.0.1:1').split(':');
    const on = connect(Number(port), hostname ?? '', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      on.write(head);
      on.pipe(socket).pipe(on);
    });
    for (const [one, other] of [[on, socket] as const, [socket, on] as const]) one.on('error', () => other.destroy());
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    uri: `http://${login ? `${login}@` : ''}127.0.0.1:${port}`,
    asked,
    get open() {
      return sockets.size;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
