import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import ssh2 from 'ssh2';
import { describe, expect, test } from 'vitest';
import { attemptPasswords } from './password.ts';
import { Ssh } from './ssh.ts';

const { private: privateKey } = ssh2.utils.generateKeyPairSync('ed25519');

class Listening implements AsyncDisposable {
  readonly server: Server;
  readonly sockets: Socket[] = [];

  constructor(answer: (socket: Socket, count: number) => void) {
    this.server = createServer((socket) => {
      socket.on('error', () => {});
      answer(socket, this.sockets.push(socket));
    });
  }

  async port(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    if (this.server.listening) await once(this.server, 'close');
  }
}

const target = (port: number, timeout: number) => ({
  ...{ host: '127.0.0.1', port, user: 'root', privateKey, timeout },
  awaiting: "debian13's SSH server",
});

/** A server of the SSH library's, on a port of the system's choice, that handles authentication as told. */
async function server(
  stack: AsyncDisposableStack,
  authenticate: (context: ssh2.AuthContext) => void,
): Promise<{ port: number; attempts: () => number }> {
  const { privateKey: hostKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    ...{ publicKeyEncoding: { type: 'pkcs1', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } },
  });
  let count = 0;
  const listening = new ssh2.Server({ hostKeys: [hostKey] }, (client) => {
    count++;
    client.on('error', () => {});
    client.on('authentication', authenticate);
    stack.defer(() => void client.end());
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  stack.defer(() => void listening.close());
  return { port: (listening.address() as AddressInfo).port, attempts: () => count };
}

describe('a server that cannot be reached is told with the phase', () => {
  test('tcp', async () => {
    const listening = new Listening(() => {});
    const port = await listening.port();
    await listening[Symbol.asyncDispose]();
    await expect(Ssh.connect(target(port, 0.7))).rejects.toMatchObject({
      code: 'ssh-unreachable',
      fault: 'guest',
      message: expect.stringMatching(
        /^debian13's SSH server: not reached within 0.7 s, 2 attempts; .*"tcp": .*REFUSED/,
      ),
    });
  });

  test('banner: accepted, and nobody speaks, as when QEMU accepts for a guest without a server', async () => {
    await using listening = new Listening(() => {});
    const port = await listening.port();
    await expect(Ssh.connect(target(port, 0.3))).rejects.toThrow(/"banner": no answer within 0.3 s/);
  });

  test('banner: accepted and closed', async () => {
    await using listening = new Listening((socket) => socket.end());
    const port = await listening.port();
    await expect(Ssh.connect(target(port, 0.7))).rejects.toThrow(/2 attempts; .*"banner"/);
  });

  test('handshake', async () => {
    await using listening = new Listening((socket) => socket.write('SSH-2.0-stub\r\n'));
    const port = await listening.port();
    await expect(Ssh.connect(target(port, 0.3))).rejects.toThrow(/"handshake": no answer/);
  });

  test('authentication', async () => {
    await using stack = new AsyncDisposableStack();
    const { port } = await server(stack, () => {});
    await expect(Ssh.connect(target(port, 1))).rejects.toThrow(/"authentication": no answer/);
  });
});

test('refused: once, at once', async () => {
  await using stack = new AsyncDisposableStack();
  const { port, attempts } = await server(stack, (context) => context.reject(['publickey']));
  await expect(Ssh.connect(target(port, 30))).rejects.toMatchObject({ code: 'ssh-refused' });
  expect(await attemptPasswords({ ...target(port, 30), passwords: ['x'] })).toMatchObject({ outcome: 'refused' });
  expect(attempts()).toBe(2);
});

test('accepted without authentication', async () => {
  await using stack = new AsyncDisposableStack();
  const { port } = await server(stack, (context) => context.accept());
  expect(await attemptPasswords({ ...target(port, 30), passwords: [''] })).toMatchObject({
    outcome: 'accepted',
    by: 'none',
  });
});

test('no algorithm in common is no reason to try again', async () => {
  // A key exchange whose first list, behind length, padding's length, type and cookie, names a method that nobody has.
  const kexinit = Buffer.alloc(96);
  kexinit.writeUInt32BE(92, 0);
  kexinit.writeUInt8(8, 4);
  kexinit.writeUInt8(20, 5);
  kexinit.writeUInt32BE('none-such'.length, 22);
  kexinit.write('none-such', 26);
  await using listening = new Listening((socket) => {
    socket.write('SSH-2.0-stub\r\n');
    socket.write(kexinit);
  });
  const port = await listening.port();
  await expect(Ssh.connect(target(port, 30))).rejects.toMatchObject({ code: 'ssh-no-agreement' });
  expect(listening.sockets).toHaveLength(1);
});

test('an abort ends the wait at once, with its reason', async () => {
  await using listening = new Listening(() => {});
  const port = await listening.port();
  const abort = new AbortController();
  setTimeout(() => abort.abort('enough'), 50);
  await expect(Ssh.connect({ ...target(port, 60), signal: abort.signal })).rejects.toBe('enough');
});
