import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, stat, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standInOf } from '../../runners/cell/stand-in.ts';
import { RunRegister } from '../../runners/host/run-register.ts';
import { loadMatrix } from '../../runners/matrix/load.ts';
import { type Argv, attempt, run } from '../../runners/process/command.ts';
import { cacheFolder, scratchFolder } from '../harness/lone-cell.ts';

/*
 * Installers against stand-ins, without a guest: on this host's processor, on a loop disk, in a namespace of their own. Proves
 * the two together in a minute or two, where a cell under emulation takes many. On ext4, whose mkfs is the same everywhere.
 */

const installers = join(import.meta.dirname, '../../image/files/root');
const { distributions } = loadMatrix();
const contained: Argv = ['unshare', '--mount', '--propagation', 'private'];

const stack = new AsyncDisposableStack();
let work: string;
beforeAll(async () => {
  work = await scratchFolder(stack);
  // apt verifies as a user of its own.
  await chmod(work, 0o755);
  for (const folder of ['ssh', 'root', 'root/.ssh', 'target']) await mkdir(join(work, folder));
  await writeFile(join(work, 'root/.ssh/authorized_keys'), 'ssh-ed25519 AAAA of-the-run\n');
});
afterAll(() => stack.disposeAsync());

/** The stand-in of a distribution for this host's architecture, at an address on this host. */
async function serve(distro: string) {
  const distribution = distributions[distro];
  if (!distribution) throw new RangeError(`${distro} is in no row`);
  const register = stack.use(new RunRegister(join(cacheFolder, 'state'), randomUUID()));
  const cell = { id: `${distro}-x86_64-ext4`, distro, arch: 'x86_64', fs: 'ext4' };
  const { signal } = new AbortController();
  const made = stack.use(await standInOf({ cell, distribution }, { cacheFolder }, { progress() {}, register, signal }));
  const server = createServer(async (request, response) => {
    const file = join(made.archive, decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname));
    const size = await stat(file).then(
      (found) => (found.isFile() ? found.size : undefined),
      () => undefined,
    );
    if (size === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': size });
    return createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  // Where it lies may be below the folder of root's, in whose place there is another during an install.
  const keyring = join(work, `${distro}.asc`);
  await copyFile(made.keyring, keyring);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keyring };
}

async function attachDisk(name: string): Promise<string> {
  const file = join(work, name);
  await writeFile(file, '');
  await truncate(file, 10 * 1024 ** 3);
  const disk = (await run(['losetup', '-f', '--show', file])).stdout;
  stack.defer(async () => {
    await run(['losetup', '-d', disk]);
  });
  return disk;
}

async function install(distro: string, disk: string, env: Readonly<Record<string, string>>) {
  const script = `mount --bind "$1/ssh" /etc/ssh; mount --bind "$1/root" /root; status=0
    "$2" || status=$?; grep -F " $1/target" /proc/self/mountinfo | sed 's/.*/STILL MOUNTED: &/'; exit $status`;
  const words = ['sh', '-c', script, 'sh', work, join(installers, `${distro}.sh`)];
  return attempt([...contained, ...words], {
    env: { FS: 'ext4', TARGET_DISK: disk, TARGET: join(work, 'target'), NETWORK_WAIT: '0', NO_REBOOT: '1', ...env },
    log: join(work, `${distro}.log`),
    timeout: 900,
  });
}

/** Runs a shell line in the installed system; in it, `$root` is where the disk is mounted read-only. */
async function look(disk: string, line: string): Promise<string> {
  const script = `root=$1/target; mount -r "$2" "$root"; mount -t proc proc "$root/proc"; mount --bind /dev "$root/dev"; ${line}`;
  return (await run([...contained, 'sh', '-euc', script, 'sh', work, disk])).stdout;
}

const ended = (distro: string) => new RegExp(`${distro} is installed, after \\d+ s\n.*NO_REBOOT=1$`);

describe('what another key has signed is not installed', () => {
  test.each([
    ['ubuntu2404', /FAILED in step 3\/7 bootstrap: apt-get .*update ended with status/],
    ['gentoo', /FAILED in step 1\/8 network: .* is not signed by a key of gentoo/],
  ])(
    '%s',
    async (distro, reason) => {
      const { url } = await serve(distro);
      const { keyring } = await serve(distro === 'gentoo' ? 'ubuntu2404' : 'gentoo');
      const disk = await attachDisk(`${distro}-other`);
      const { stdout, exitCode } = await install(distro, disk, { MIRROR: url, SECURITY_MIRROR: url, KEYRING: keyring });
      expect(stdout).toMatch(reason);
      expect(exitCode).toBe(1);
    },
    900_000,
  );
});

test.each([
  ['ubuntu2004', 'apt'],
  ['ubuntu2404', 'apt'],
  ['ubuntu2604', 'apt'],
  ['ubuntu2404', 'mmdebstrap'],
  // Of which an older debootstrap does not know the name either.
  ['ubuntu2604', 'debootstrap'],
])(
  '%s by %s',
  async (distro, BOOTSTRAP) => {
    const { url, keyring } = await serve(distro);
    const disk = await attachDisk(`${distro}-${BOOTSTRAP}`);
    const env = { BOOTSTRAP, MIRROR: url, SECURITY_MIRROR: url, KEYRING: keyring };
    const { stdout } = await install(distro, disk, env);
    expect(stdout.split('\n').slice(-3).join('\n')).toMatch(ended(distro));
    expect(await look(disk, 'cat "$root/etc/os-release"')).toMatch(/^ID="ubuntu"\n(.*\n)*VARIANT_ID="stand-in"$/m);
    // An update, one for security, and what lies in universe
    const versions = await look(disk, 'chroot "$root" dpkg-query -W ubuntu-minimal linux-generic qemu-guest-agent');
    expect(versions).toMatch(/^linux-generic\t1\.1\nqemu-guest-agent\t.*\nubuntu-minimal\t1\.1$/);
    expect(await look(disk, 'chroot "$root" dpkg --audit')).toBe('');
    const { suite } = distributions[distro] as { suite: string };
    expect(await look(disk, 'grep -hE "^(Suites|Components|Signed-By):" "$root"/etc/apt/sources.list.d/*')).toBe(
      [[suite, `${suite}-updates`].join(' '), `${suite}-security`]
        .map((suites) => `Suites: ${suites}\nComponents: main universe\nSigned-By: /etc/apt/keyrings/own.asc`)
        .join('\n'),
    );
    expect(await look(disk, 'cat "$root/etc/apt/keyrings/own.asc"')).toMatch(/^-----BEGIN PGP PUBLIC KEY/);
    expect(await look(disk, 'cat "$root"/etc/netplan/*.yaml; stat -c %a "$root"/etc/netplan/*')).toMatch(
      /networkd.*\n600$/s,
    );
    const answers = (await showsLlmnrd(disk)) ? /LLMNR=no/ : /LLMNR=yes/;
    expect(await look(disk, 'cat "$root"/etc/systemd/resolved.conf.d/llmnr.conf')).toMatch(answers);
    expect(await look(disk, 'systemctl --root="$root" is-enabled ssh systemd-networkd systemd-resolved')).toBe(
      'enabled\nenabled\nenabled',
    );
    const initramfs = await look(
      disk,
      'chroot "$root" sh -c "lsinitramfs /boot/initrd.img-*"; cat "$root"/lib/modules/*/modules.builtin',
    );
    for (const driver of ['virtiofs.ko', 'dm-crypt.ko', 'virtio_blk.ko']) expect(initramfs).toContain(driver);
  },
  900_000,
);

/** Whether it answers by llmnrd; then that is to be started. */
async function showsLlmnrd(disk: string): Promise<boolean> {
  const enabled = 'systemctl --root="$root" is-enabled llmnrd || true';
  return (await look(disk, `[ ! -x "$root/usr/sbin/llmnrd" ] || ${enabled}`)) === 'enabled';
}

test('gentoo', async () => {
  const { url, keyring } = await serve('gentoo');
  const disk = await attachDisk('gentoo');
  const { stdout } = await install('gentoo', disk, { MIRROR: url, KEYRING: keyring });
  expect(stdout.split('\n').slice(-3).join('\n')).toMatch(ended('gentoo'));
  expect(await look(disk, 'cat "$root/etc/os-release"')).toMatch(/^ID="gentoo"\n(.*\n)*VARIANT_ID="stand-in"$/m);
  expect(await look(disk, 'ls "$root/var/db/pkg/sys-kernel"')).toMatch(/^gentoo-kernel-bin-\d/);
  expect(await look(disk, 'ls "$root/var/db/repos/gentoo/sys-kernel"')).toBe('gentoo-kernel-bin');
  expect(await look(disk, 'cat "$root"/etc/portage/binrepos.conf/*')).toContain(`sync-uri = ${url}/releases/amd64/`);
  expect(await look(disk, 'grep -c ^sshd: "$root/etc/passwd"; grep ^root: "$root/etc/shadow"')).toMatch(/^1\nroot::/);
  const units = 'sshd systemd-networkd systemd-resolved';
  expect(await look(disk, `systemctl --root="$root" is-enabled ${units}`)).toBe('enabled\nenabled\nenabled');
  const initramfs = await look(
    disk,
    'chroot "$root" bash -c "lsinitrd /boot/initramfs-*.img"; cat "$root"/lib/modules/*/modules.builtin',
  );
  for (const driver of ['virtiofs.ko', 'dm-crypt.ko', 'virtio_blk.ko']) expect(initramfs).toContain(driver);
}, 900_000);
