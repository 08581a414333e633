import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GuestAgent } from './guest-agent.ts';

/**
 * The far end of the socket, speaking as qemu-ga 7.2 was seen to: it complains about the byte 0xFF, puts that byte in
 * front of its answer to a delimited sync, and answers in the order of the questions.
 */
let stack: AsyncDisposableStack;
let server: Server;
let path: string;
let agent: GuestAgent;
let peer: Socket;

const COMPLAINT = '{"error": {"class": "GenericError", "desc": "JSON parse error, stray \'\\uFFFD\'"}}\n';

type Request = { execute: string; arguments: { id: number; pid: number } };

/** Calls `answer` for every request that arrives. */
function onRequest(socket: Socket, answer: (request: Request) => unknown): void {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('\xff')) socket.write(COMPLAINT);
      const request = JSON.parse(line.replace('\xff', '')) as Request;
      if (request.execute === 'guest-sync-delimited') socket.write(Buffer.of(0xff));
      const value = request.execute === 'guest-sync-delimited' ? request.arguments.id : answer(request);
      if (value !== undefined) socket.write(`${JSON.stringify({ return: value })}\n`);
    }
  });
}

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'agent-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  path = join(folder, 'agent');
  server = createServer();
  server.listen(path);
  stack.defer(() => void server.close());
  const connection = once(server, 'connection') as Promise<[Socket]>;
  agent = stack.use(await GuestAgent.connect(path, { awaiting: 'the agent’s socket', timeout: 5 }));
  [peer] = await connection;
  stack.defer(() => void peer.destroy());
});
afterEach(() => stack.disposeAsync());

test('answers to questions of an earlier boot are passed over', async () => {
  peer.write('{"return": {"pid": 4711}}\n{"return": 17}\n{"ret');
  onRequest(peer, () => ({ id: 'debian', 'version-id': '13' }));
  expect(await agent.osinfo({ timeout: 5 })).toEqual({ id: 'debian', 'version-id': '13' });
});

test('an agent that comes up late, to a heap of old questions, is waited for', async () => {
  setTimeout(() => onRequest(peer, () => []), 2500);
  expect(await agent.networkInterfaces({ timeout: 10 })).toEqual([]);
  await agent.ping({ timeout: 2 });
});

test('an agent that never comes is the guest’s failure, named by the call', async () => {
  await expect(agent.osinfo({ timeout: 0.2 })).rejects.toMatchObject({
    fault: 'guest',
    code: 'agent-silent',
    message: expect.stringContaining('guest-get-osinfo'),
  });
  const exec = agent.exec(['uname', '-r'], { timeout: 0.2 });
  await expect(exec).rejects.toMatchObject({ code: 'agent-silent', message: expect.stringContaining('uname -r') });
});

test('the answer to a call that nobody waits for any more is not taken for that of the next', async () => {
  let slow: (() => void) | undefined;
  onRequest(peer, ({ execute }) => {
    if (execute === 'guest-ping') return { mine: true };
    slow = () => peer.write('{"return": {"stale": true}}\n');
    return undefined;
  });
  await expect(agent.osinfo({ timeout: 0.2 })).rejects.toMatchObject({ code: 'agent-silent' });
  const next = agent.call('guest-ping', {}, { timeout: 5 });
  slow?.();
  expect(await next).toEqual({ mine: true });
});

test('a command that does not end is told from an agent that does not answer', async () => {
  onRequest(peer, ({ execute }) => (execute === 'guest-exec' ? { pid: 7 } : { exited: false }));
  await expect(agent.exec(['sleep', '99'], { timeout: 0.3 })).rejects.toMatchObject({
    fault: 'guest',
    code: 'agent-exec-timeout',
    message: expect.stringContaining('sleep 99'),
  });
});

test('QEMU hanging up is the harness’s affair', async () => {
  const call = agent.ping({ timeout: 5 });
  peer.destroy();
  await expect(call).rejects.toMatchObject({ fault: 'harness', code: 'agent-closed' });
});
