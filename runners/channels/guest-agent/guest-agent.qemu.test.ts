import { mkdtemp, rm } from 'node:fs/promises';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testGuest } from '../../host/test-guest.ts';
import { startDaemon } from '../../process/daemon.ts';
import { GuestAgent } from './guest-agent.ts';

const soon = { timeout: 10 };

// The real qemu-ga, on this host instead of in a guest: it speaks the same over a socket as over its port.
test('the real agent answers', async () => {
  const { agent: binary } = await testGuest();
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'agent-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'socket');
  stack.use(await startDaemon([binary, '-m', 'unix-listen', '-p', path, '-t', folder], { log: join(folder, 'log') }));
  const agent = stack.use(await GuestAgent.connect(path, { awaiting: 'qemu-ga', timeout: 10 }));

  await agent.ping(soon);
  expect(await agent.osinfo(soon)).toMatchObject({ 'kernel-release': release() });
  const loopback = { 'ip-address': '127.0.0.1', 'ip-address-type': 'ipv4', prefix: 8 };
  const interfaces = await agent.networkInterfaces(soon);
  expect(interfaces.find(({ name }) => name === 'lo')?.['ip-addresses']).toContainEqual(loopback);
  expect(await agent.exec(['sh', '-c', 'echo naïve; echo err >&2; sleep 0.3; exit 3'], soon)).toEqual({
    exitCode: 3,
    stdout: 'naïve\n',
    stderr: 'err\n',
  });
  expect(await agent.exec(['sh', '-c', 'kill -9 $$'], soon)).toMatchObject({ exitCode: 137 });
  await expect(agent.exec(['/no/such/command'], soon)).rejects.toMatchObject({ fault: 'guest', code: 'agent-error' });
  await expect(agent.call('guest-nonsense', {}, soon)).rejects.toThrow('guest-nonsense: CommandNotFound');
});
