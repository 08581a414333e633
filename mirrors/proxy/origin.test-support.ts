import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a file of an origin is, and what is wrong with how it is answered. */
export interface File {
  readonly body?: string | Buffer;
  readonly status?: number;
  /** Says the whole length and closes the connection after so many bytes. */
  readonly cutAt?: number;
  /** No length, and the end of the connection for an end. */
  readonly endless?: boolean;
  /** In pieces, without a length said before. */
  readonly chunked?: boolean;
  /** Never says a word. */
  readonly silent?: boolean;
  /** Bytes a second. */
  readonly rate?: number;
  readonly moved?: string;
  readonly modified?: Date;
}

/** A mirror on a real socket, whose faults are ours to choose. */
export interface Origin extends AsyncDisposable {
  /** http://127.0.0.1:PORT, without a slash at the end. */
  readonly uri: string;
  /** By path; changed at will. */
  readonly files: Record<string, File>;
  /** METHOD PATH [RANGE] of what was asked, in order. */
  readonly asked: string[];
  /** The Host headers. */
  readonly hosts: string[];
}

export async function startOrigin(
  files: Record<string, File>,
  tls?: ServerOptions,
  name = '127.0.0.1',
): Promise<Origin> {
  const asked: string[] = [];
  const hosts: string[] = [];
  const sockets = new Set<Socket>();
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    asked.push([request.method, request.url, request.headers.range].filter(Boolean).join(' '));
    hosts.push(request.headers.host ?? '');
    void answer(files[decodeURIComponent(request.url ?? '')] ?? { status: 404, body: 'no such file' }, response);
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    uri: `${tls ? 'https' : 'http'}://${name}:${port}`,
    files,
    asked,
    hosts,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(file: File, response: ServerResponse): Promise<void> {
  const body = Buffer.from(file.body ?? '');
  if (file.silent) return;
  if (file.moved !== undefined) return void response.writeHead(302, { location: file.moved }).end();
  if (file.endless) {
    response.socket?.end(Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n'), body]));
    return;
  }
  response.writeHead(file.status ?? 200, {
    ...(file.chunked ? {} : { 'content-length': body.length }),
    ...(file.modified ? { 'last-modified': file.modified.toUTCString() } : {}),
  });
  if (file.cutAt !== undefined) {
    response.write(body.subarray(0, file.cutAt));
    await sleep(50);
    response.destroy();
    return;
  }
  if (file.rate === undefined) return void response.end(body);
  const step = Math.ceil(file.rate / 10);
  for (let at = 0; at < body.length && !response.destroyed; at += step) {
    response.write(body.subarray(at, at + step));
    await sleep(100);
  }
  response.end();
}
