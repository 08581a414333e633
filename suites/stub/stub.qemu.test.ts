import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cell } from '../../runners/cell/cell.ts';
import type { SystemIdentity } from '../../runners/machine/system.ts';
import { loneCell, scratchFolder } from '../harness/lone-cell.ts';
import { repack } from '../harness/repack.ts';

/** The image itself: what stub is before anything is installed. Builds it where the cache has none, in about a minute. */

const id = 'debian13-x86_64-xfs';

describe('our image on the serial console', () => {
  const stack = new AsyncDisposableStack();
  let cell: Cell;
  let stub: SystemIdentity;

  beforeAll(async () => {
    cell = await loneCell(stack, id);
    await cell.bootStub();
    stub = cell.systems.seen[0] as SystemIdentity;
  });
  afterAll(() => stack.disposeAsync());

  test('root is a writable overlay on the read-only squashfs', async () => {
    expect(stub.root).toMatchObject({ source: 'overlay', type: 'overlay', options: expect.arrayContaining(['rw']) });
    expect(await cell.guest.shell('findmnt -nro FSTYPE,OPTIONS /run/stub/lower')).toMatch(/^squashfs ro,/);
  });

  test('the boot plugin said why it booted nothing', () => {
    expect(cell.machine.qemu.console.text()).toMatch(
      /stub: kexec-boot: nothing to boot: \/dev\/vdb holds no filesystem/,
    );
  });

  test('every unit is up, under the name that was given', async () => {
    expect(await cell.guest.shell('systemctl is-system-running --wait || systemctl --failed --no-legend')).toBe(
      'running',
    );
    expect(await cell.guest.shell('hostname')).toBe(cell.hostName);
  });

  test('the shell on the console controls jobs, and was there before whatever takes time', async () => {
    expect(await cell.guest.shell('set -o | grep monitor')).toMatch(/on$/);
    const units = ['stub-shell', 'systemd-udevd', 'systemd-networkd', 'ssh'];
    const since = `systemctl show --property=ActiveEnterTimestampMonotonic --value ${units.join(' ')}`;
    const times = (await cell.guest.shell(since)).split('\n').filter(Boolean).map(Number);
    expect(times).toHaveLength(units.length);
    expect(Math.min(...times)).toBe(times[0]);
  });

  test('the data disk has its name', () => {
    expect(stub.dataDisk).toBe('/dev/vdb');
  });

  test('what an installer needs is there', async () => {
    const tools =
      'mmdebstrap debootstrap kexec cryptsetup objdump mkfs.xfs mkfs.btrfs mkfs.ext4 curl zstd xz lz4 rpmbootstrap rpm';
    const missing = `for tool in ${tools}; do command -v $tool > /dev/null || echo $tool; done`;
    expect(await cell.guest.shell(missing)).toBe('');
    const installers = await readdir(join(import.meta.dirname, '../../image/files/root'));
    const there = await cell.guest.shell("cd /root && printf '%s ' *.sh");
    expect(there.split(' ').filter(Boolean)).toEqual(installers.toSorted());
  });

  test('the key of the run logs in over SSH, to the host key shown on the console', async () => {
    expect(await cell.guest.run('id -un')).toBe('root\n');
    expect((await cell.guest.ssh()).hostKey.base64).toBe(cell.stubHostKey);
  });

  test('the guest agent answers', async () => {
    const info = await cell.guest.agent('its distribution', (agent, patience) => agent.osinfo(patience));
    expect(info).toMatchObject({ id: 'debian', 'version-id': '13' });
  });

  test('llmnrd, linked statically, answers for a system without a resolver', async () => {
    await cell.guest.shell('systemctl stop systemd-resolved.service systemd-resolved-*.socket');
    expect(await cell.guest.resolve(cell.hostName, 'A', 'ipv4')).toBeUndefined();
    await cell.guest.shell('/usr/lib/stub/llmnrd -d -6');
    expect((await cell.guest.resolve(cell.hostName, 'A', 'ipv4'))?.addresses).toEqual(['10.0.2.15']);
    const answer = await cell.guest.resolve(cell.hostName, 'AAAA', 'ipv6');
    expect(answer?.addresses).toContainEqual(expect.stringMatching(/^fe80:/));
  });

  test('a reboot is one reset, however often QEMU reports it, and is waited for by name', async () => {
    const { machine } = cell;
    const mark = machine.mark();
    const impatient = machine.reset(mark, { awaiting: 'a reset that nobody asked for', timeout: 1 });
    await expect(impatient).rejects.toMatchObject({
      fault: 'guest',
      message: expect.stringMatching(/nobody asked for/),
    });
    await machine.type('systemctl reboot');
    await machine.reset(mark, { awaiting: 'the reset', timeout: 120 });
    await machine.see(/stub: kexec-boot: /, { awaiting: 'stub once more', timeout: 120, from: mark.position });
    expect(machine.resetsSince(mark)).toBe(1);
  });
});

test('an image of somebody else’s, on hvc0, with a plugin that fails: named and passed over', async () => {
  await using stack = new AsyncDisposableStack();
  const { image } = await (await loneCell(stack, id)).prepare();
  const squashfs = await repack(image.squashfs, await scratchFolder(stack), (tree) =>
    writeFile(join(tree, 'usr/lib/stub/init.d/10-broken'), '#!/bin/sh\nexit 3\n', { mode: 0o755 }),
  );
  const cell = await loneCell(stack, id, { image: squashfs, console: 'hvc0' });
  await cell.bootStub();
  expect(cell.machine.qemu.console.text()).toMatch(/stub: plugin 10-broken failed with status 3, passed over/);
  // logind, which answers the button, comes up behind the shell.
  await cell.guest.shell('systemctl is-system-running --wait');
  await cell.machine.powerOff({ awaiting: 'the end of stub after the power button', timeout: 120 }, 'button');
});
