import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Daemon, startDaemon } from '../../process/daemon.ts';
import { Qmp } from './qmp.ts';

let stack: AsyncDisposableStack;
let qemu: Daemon;
let qmp: Qmp;
let socket: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'qmp-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  socket = join(folder, 'qmp');
  // A whole machine without a disk: its firmware waits for ever, but it can be reset.
  qemu = await startDaemon(
    ['qemu-system-x86_64', '-nodefaults', '-display', 'none', '-qmp', `unix:${socket},server=on,wait=off`],
    { log: join(folder, 'log') },
  );
  stack.use(qemu);
  qmp = await Qmp.connect(socket, { awaiting: 'QEMU', timeout: 20 });
  stack.use(qmp);
});
afterEach(() => stack.disposeAsync());

test('commands give what QEMU returns, also many at once', async () => {
  expect(qmp.version).toMatch(/^\d+\.\d+\.\d+$/);
  const answers = await Promise.all([qmp.execute('query-status'), qmp.execute('query-name'), qmp.hmp('info version')]);
  expect(answers).toEqual([expect.objectContaining({ running: true }), {}, expect.stringContaining(qmp.version)]);
});

test('an error has the class and the words of QEMU', async () => {
  await expect(qmp.execute('no-such-thing')).rejects.toMatchObject({
    fault: 'harness',
    code: 'qmp-error',
    message: expect.stringMatching(/^QMP no-such-thing: CommandNotFound: /),
  });
});

test('events are kept from the start, with their time and reason', async () => {
  const before = Date.now();
  await qmp.execute('stop');
  await qmp.execute('system_reset');
  const reset = await qmp.waitForEvent('RESET', { awaiting: 'the reset', timeout: 10, from: 0 });
  expect(reset).toMatchObject({ data: { guest: false, reason: 'host-qmp-system-reset' } });
  expect(Math.abs(reset.time - before)).toBeLessThan(20_000);
  expect(qmp.events.map(({ name }) => name)).toEqual(expect.arrayContaining(['STOP', 'RESET']));
  const another = qmp.waitForEvent('RESET', { awaiting: 'one more', timeout: 0.2, from: qmp.events.length });
  await expect(another).rejects.toMatchObject({ fault: 'guest', code: 'event-timeout' });
});

test('when QEMU dies, whoever waits is told what was awaited', async () => {
  const waits = [
    qmp.waitForEvent('SHUTDOWN', { awaiting: 'the power-off', timeout: 20, from: 0 }),
    qmp.execute('human-monitor-command', { 'command-line': 'info mtree' }),
  ];
  qemu.kill('SIGKILL');
  await expect(waits[0]).rejects.toMatchObject({ code: 'qemu-gone', message: expect.stringContaining('power-off') });
  await Promise.allSettled(waits);
  expect(await qemu.exited).toEqual({ exitCode: undefined, signal: 'SIGKILL' });
  await expect(qmp.execute('query-status')).rejects.toMatchObject({ fault: 'harness', code: 'qemu-gone' });
});

test('a second client is not kept waiting for ever', async () => {
  const second = Qmp.connect(socket, { awaiting: 'a second client', timeout: 0.5 });
  await expect(second).rejects.toMatchObject({
    code: 'qmp-silent',
    message: expect.stringContaining('another client'),
  });
});

test('what comes in pieces is put together again', async () => {
  const path = `${socket}-2`;
  const answer =
    '{"return":"日本語","id":2}\r\n{"event":"RESET","data":{},"timestamp":{"seconds":1,"microseconds":5}}\r\n';
  const server = createServer(async (client) => {
    client.write('{"QMP":{"version":{"qemu":{"major":7,"minor":2,"micro":1}},"capabilities":[]}}\r\n');
    client.once('data', async () => {
      client.write('{"return":{},"id":1}\r\n');
      client.once('data', async () => {
        for (const byte of Buffer.from(answer)) {
          client.write(Buffer.of(byte));
          await new Promise(setImmediate);
        }
      });
    });
  });
  stack.defer(() => void server.close());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const pieces = stack.use(await Qmp.connect(path, { awaiting: 'pieces', timeout: 5 }));
  expect(await pieces.execute('any')).toBe('日本語');
  const event = await pieces.waitForEvent('RESET', { awaiting: 'the event', timeout: 5, from: 0 });
  expect(event.time).toBe(1000.005);
});
