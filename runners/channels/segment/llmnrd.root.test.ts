import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Argv, attempt, run } from '../../process/command.ts';
import { linkLocalOf } from './addresses.ts';
import { resolve } from './llmnr.ts';
import { DEFAULT_ADDRESSES, Neighbour } from './neighbour.ts';
import { Segment } from './segment.ts';

/**
 * A responder that others wrote, over QEMU's own hub, stream netdev and user network: llmnrd in a network namespace of its
 * own stands for the guest, joined to the hub by a tap. QEMU has no machine here, only the wires.
 */
const NEEDED = ['/dev/net/tun', '/usr/sbin/llmnrd', '/usr/bin/qemu-system-x86_64', '/usr/sbin/ip'];
const absent = NEEDED.filter((path) => !existsSync(path));
const unable = [...(process.getuid?.() === 0 ? [] : ['root']), ...absent].join(', ');

const NAMESPACE = `stub-llmnr-${process.pid}`;
const MAC = '52:54:00:12:34:56';
const LINK_LOCAL = linkLocalOf(MAC);
const NAME = 'stub-cell';

const inside = (...argv: string[]): Argv => ['ip', 'netns', 'exec', NAMESPACE, ...argv];
const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
};

describe.skipIf(unable !== '')(`against llmnrd${unable && ` (skipped: without ${unable})`}`, () => {
  const stack = new AsyncDisposableStack();
  let neighbour: Neighbour;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stub-llmnrd-'));
    stack.defer(() => rmSync(folder, { recursive: true }));
    const socket = join(folder, 'segment.sock');
    const segment = stack.use(await Segment.listen(socket, { pcap: join(folder, 'segment.pcap') }));
    neighbour = stack.use(new Neighbour(segment));

    stack.defer(async () => void (await attempt(['ip', 'netns', 'delete', NAMESPACE])));
    await run(['ip', 'netns', 'add', NAMESPACE]);
    await run(inside('ip', 'tuntap', 'add', 'eth0', 'mode', 'tap'));
    await run(inside('sysctl', '-q', 'net.ipv6.conf.eth0.accept_dad=0'));
    await run(inside('ip', 'link', 'set', 'eth0', 'address', MAC, 'up'));
    await run(inside('ip', 'address', 'add', '10.0.2.15/24', 'dev', 'eth0'));

    const port = (id: string): string[] => ['-netdev', `hubport,hubid=0,id=hub-${id},netdev=${id}`];
    const start = (...argv: string[]): void => {
      const [file, ...args] = inside(...argv);
      const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      stack.defer(() => stop(child));
    };
    start(
      ...['qemu-system-x86_64', '-machine', 'none', '-nodefaults', '-display', 'none'],
      ...['-netdev', 'tap,id=tap,ifname=eth0,script=no,downscript=no', ...port('tap')],
      ...['-netdev', 'user,id=user,net=10.0.2.0/24', ...port('user')],
      ...['-netdev', `stream,id=peer,server=off,addr.type=unix,addr.path=${socket}`, ...port('peer')],
    );
    await segment.whenConnected({ timeout: 20 });
    start('llmnrd', '-6', '-i', 'eth0', '-H', NAME);
    expect(await neighbour.macOf('10.0.2.15', { timeout: 20 })).toBe(MAC);
  }, 60_000);

  afterAll(() => stack.disposeAsync());

  test('A over IPv4', async () => {
    const answer = await resolve(neighbour, NAME, 'A', 'ipv4', { retries: 9 });
    expect(answer).toMatchObject({ addresses: ['10.0.2.15'], responderMac: MAC, responderIp: '10.0.2.15' });
  });

  test('AAAA over IPv6', async () => {
    const answer = await resolve(neighbour, NAME, 'AAAA', 'ipv6', { retries: 9 });
    // Besides the one of which the router of the user network told it the prefix.
    expect(answer).toMatchObject({ responderMac: MAC, responderIp: LINK_LOCAL });
    expect(answer?.addresses).toContain(LINK_LOCAL);
  });

  test('another name is not answered', async () => {
    expect(await resolve(neighbour, 'stub-other', 'A', 'ipv4')).toBeUndefined();
    expect(await resolve(neighbour, 'stub-other', 'AAAA', 'ipv6')).toBeUndefined();
  }, 20_000);

  test('the kernel of the other side finds us, and still finds the gateway of the user network', async () => {
    expect(await neighbour.macOf(LINK_LOCAL, { timeout: 5 })).toBe(MAC);
    const { stdout } = await run(inside('ip', 'neighbour', 'show', 'dev', 'eth0'));
    expect(stdout).toContain(`${DEFAULT_ADDRESSES.ipv4} lladdr ${DEFAULT_ADDRESSES.mac}`);
    expect(stdout).toContain(`${DEFAULT_ADDRESSES.ipv6} lladdr ${DEFAULT_ADDRESSES.mac}`);
    expect(await neighbour.macOf('10.0.2.2', { timeout: 5 })).toBe('52:55:0a:00:02:02');
  });
});
