import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { moduleGuest, VIRTIO } from '../host/module-guest.test-support.ts';
import { GUEST_PROXY } from './argv.ts';
import { launchQemu } from './launch.ts';

/** What DHCP says goes to /lease, and to the card. */
const SCRIPT = [
  'ifconfig lo 127.0.0.1 up',
  'ifconfig eth0 up',
  `printf '#!/bin/sh\\n[ "$1" = bound ] && { set > /lease; ifconfig eth0 $ip netmask $subnet; }\\n' > /bound`,
  'chmod +x /bound',
  'udhcpc -q -n -i eth0 -s /bound > /dev/null 2>&1',
];

let stack: AsyncDisposableStack;
let folder: string;
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = await mkdtemp(join(tmpdir(), 'proxied-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
});
afterEach(() => stack.disposeAsync());

/** Answers any question with its address; to be one of two that a guest might reach. */
async function server(said: string): Promise<{ port: number; asked: string[] }> {
  const asked: string[] = [];
  const http = createServer((request, response) => {
    asked.push(request.url ?? '');
    // Late, so that several questions are under way at the same time.
    setTimeout(() => response.end(`${said} ${request.url}\n`), 200);
  });
  stack.defer(() => {
    http.closeAllConnections();
    http.close();
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return { port: (http.address() as AddressInfo).port, asked };
}

const leadingTo = (port: number) =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return (
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`TCP4:127.0.0.1:${port}`) &&
        readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('socat')
      );
    } catch {
      return false;
    }
  });

test('a guest that is cut off reaches the proxy, by many connections, and nothing else', async () => {
  const modules = [...VIRTIO, 'failover', 'net_failover', 'virtio_net'];
  const { kernel, initrd } = await moduleGuest(folder, { modules, script: SCRIPT });
  const [proxy, other] = [await server('proxy'), await server('other')];
  const at = (name: string) => join(folder, name);
  const qemu = stack.use(
    await launchQemu(
      {
        name: 'proxied',
        arch: 'x86_64',
        accelerator: 'tcg',
        cores: 1,
        memoryMiB: 256,
        kernel,
        initrd,
        cmdline: ['console=ttyS0', 'quiet', 'panic=-1'],
        credentials: {},
        sockets: { qmp: at('qmp'), console: at('console'), agent: at('agent') },
        console: 'serial',
        consoleLog: at('console.log'),
        network: { restrict: true, proxyPort: proxy.port },
        pvpanic: false,
      },
      { log: at('log') },
    ),
  );
  await qemu.cont();
  const wait = { awaiting: 'an answer of the guest', timeout: 60 };
  await qemu.console.waitFor('guest# ', wait);
  const sh = async (command: string) => (await qemu.console.execute(command, wait)).output.trim();
  const { address, port } = GUEST_PROXY;

  await sh(`export http_proxy=http://${address}:${port}`);
  // By a name that no name server knows: the proxy is asked for the whole address.
  const urls = [1, 2, 3].map((number) => `http://archive.test/debian/${number}`);
  const fetches = urls.map((url) => `wget -q -O - ${url} &`).join(' ');
  expect((await sh(`${fetches} wait`)).split('\n').toSorted()).toEqual(urls.map((url) => `proxy ${url}`));
  expect(proxy.asked.toSorted()).toEqual(urls);

  await sh('unset http_proxy');
  const reach = (where: string) => sh(`nc -w 5 ${where} < /dev/null > /dev/null 2>&1; echo $?`);
  expect(await reach(`${address} ${port}`)).toBe('0');
  for (const where of [`10.0.2.2 ${other.port}`, `10.0.2.2 ${proxy.port}`, `${address} ${other.port}`]) {
    expect([where, await reach(where)]).toEqual([where, '1']);
  }
  expect(other.asked).toEqual([]);
  expect(await sh('grep -c -E "^(router|dns)=" /lease')).toBe('0');

  await qemu.quit();
  await expect.poll(() => leadingTo(proxy.port)).toEqual([]);
});
