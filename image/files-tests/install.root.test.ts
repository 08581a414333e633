import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Argv, attempt, run } from '../../runners/process/command.ts';

/*
 * The installers for real, on loop disks: needs root, mmdebstrap, and for the whole install an archive, given by
 * STUB_TEST_MIRROR and STUB_TEST_SECURITY_MIRROR. All mounts stay in namespaces of their own. On
 * ext4, whose mkfs is the same everywhere: Debian 12's xfsprogs cannot read the preset that it ships itself.
 */

const installer = fileURLToPath(new URL('../files/root/debian12.sh', import.meta.url));
const mirror = process.env.STUB_TEST_MIRROR;
const securityMirror = process.env.STUB_TEST_SECURITY_MIRROR;

let work: string;
let disk: string;
let server: Server | undefined;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'stub-install-'));
  for (const folder of ['ssh', 'root', 'target']) await mkdir(join(work, folder));
});
afterEach(async () => {
  server?.close();
  server = undefined;
  await run(['losetup', '-d', disk]);
  await rm(work, { recursive: true });
});

async function attachDisk(mib: number): Promise<void> {
  const file = join(work, 'disk');
  await writeFile(file, '');
  await truncate(file, mib * 1024 * 1024);
  disk = (await run(['losetup', '-f', '--show', file])).stdout;
}

const contained: Argv = ['unshare', '--mount', '--propagation', 'private'];

/**
 * Runs the installer with the folders of `work` in place of the host's own keys; `first` is done before, and the mounts
 * below the target are printed after it.
 */
async function install(env: Record<string, string>, first = ':'): Promise<{ lines: string[]; status: number }> {
  const script = `mount --bind "$1/ssh" /etc/ssh; mount --bind "$1/root" /root; ${first}; status=0
    "$2" || status=$?; grep -F " $1/target" /proc/self/mountinfo | sed 's/.*/STILL MOUNTED: &/'; exit $status`;
  const { stdout, exitCode } = await attempt([...contained, 'sh', '-c', script, 'sh', work, installer], {
    env: { FS: 'ext4', TARGET_DISK: disk, TARGET: join(work, 'target'), NETWORK_WAIT: '0', NO_REBOOT: '1', ...env },
    log: join(work, 'log'),
    timeout: 900,
  });
  return { lines: stdout.split('\n'), status: exitCode };
}

/** Runs a shell line in the installed system; in it, `$root` is where the disk is mounted read-only. */
async function look(line: string): Promise<string> {
  const script = `root=$1/target; mount -r "$2" "$root"; [ ! -d "$root/proc" ] || { mount -t proc proc "$root/proc"; mount --bind /dev "$root/dev"; }; ${line}`;
  return (await run([...contained, 'sh', '-euc', script, 'sh', work, disk])).stdout;
}

describe('refuses a disk', () => {
  test('that is too small', async () => {
    await attachDisk(512);
    const { lines, status } = await install({});
    expect(lines).toEqual([
      `stub-install: FAILED in step 0/7 settings: ${disk} has 512 MiB, an install needs 2048 (status 1)`,
    ]);
    expect(status).toBe(1);
  });

  test('that is mounted, and leaves it mounted', async () => {
    await attachDisk(3072);
    const { lines } = await install(
      {},
      'mkdir "$1/mine"; mkfs.ext4 -q -F "$TARGET_DISK"; mount "$TARGET_DISK" "$1/mine"',
    );
    expect(lines).toEqual([
      `stub-install: FAILED in step 0/7 settings: ${disk} is in use: mounted at ${work}/mine (status 1)`,
    ]);
  });
});

test('does not unmount what was at the target before it', async () => {
  await attachDisk(3072);
  const { lines } = await install({}, 'mount -t tmpfs mine "$1/target"');
  expect(lines[0]).toBe(
    `stub-install: FAILED in step 0/7 settings: ${work}/target is in use: something is mounted there (status 1)`,
  );
  expect(lines[1]).toMatch(/^STILL MOUNTED: .* - tmpfs mine /);
});

test('an archive that breaks off ends the install with its step, everything unmounted and nothing to boot', async () => {
  await attachDisk(3072);
  const listening = createServer((request, response) => {
    const suite = /^\/dists\/(.*)\/InRelease$/.exec(request.url ?? '')?.[1];
    response.writeHead(suite ? 200 : 404).end(suite ? `Codename: ${suite}\n` : '');
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  const { lines, status } = await install({ MIRROR: url, SECURITY_MIRROR: url });
  expect(status).toBe(1);
  expect(lines.at(-1)).toMatch(
    /^stub-install: FAILED in step 3\/7 bootstrap: apt-get .*update ended with status \d+; /,
  );
  expect(await look('ls -A "$root"')).toContain('.stub-installing');
}, 60_000);

/** Fills the new root, as soon as it is there, until so many MiB are left. */
const fill = (left: number) => `{ (until [ -e "$1/target/.stub-installing" ]; do sleep 0.05; done
  free=$(df --output=avail -m "$1/target" | tail -n 1); fallocate -l "$((free - ${left}))M" "$1/target/filler") & }`;

describe.runIf(mirror && securityMirror)('a disk that gets full', () => {
  test.each([
    ['before the packages are fetched', 100, /no space left on the new root, \d+ MiB free: apt-get /],
    ['while they are unpacked', 300, /no space left on the new root, 0 MiB free: the packages cannot be unpacked/],
  ])(
    '%s',
    async (_, left, reason) => {
      await attachDisk(2100);
      const { lines, status } = await install(
        { MIRROR: `${mirror}`, SECURITY_MIRROR: `${securityMirror}` },
        fill(left),
      );
      expect(status).toBe(1);
      expect(lines.at(-1)).toMatch(reason);
      expect(lines.at(-1)).toMatch(/^stub-install: FAILED in step 3\/7 bootstrap: /);
      expect(await look('ls -A "$root"')).toContain('.stub-installing');
    },
    300_000,
  );
});

describe.runIf(mirror && securityMirror)('a whole install', () => {
  test('of Debian 12', async () => {
    await attachDisk(4096);
    await writeFile(join(work, 'ssh/ssh_host_ed25519_key'), 'the key');
    await writeFile(join(work, 'ssh/ssh_host_ed25519_key.pub'), 'its public half');
    await mkdir(join(work, 'root/.ssh'));
    await writeFile(join(work, 'root/.ssh/authorized_keys'), 'ssh-ed25519 AAAA of-the-run\n');
    const { lines, status } = await install({ MIRROR: `${mirror}`, SECURITY_MIRROR: `${securityMirror}` });
    expect(lines.slice(-15).join('\n')).toMatch(/debian12 is installed, after \d+ s\n.*NO_REBOOT=1$/);
    expect(status).toBe(0);
    const steps = lines.flatMap((line) => /^stub-install: step (.*) \(\d+ s\)$/.exec(line)?.[1] ?? []);
    expect(steps).toEqual(
      ['network', 'filesystem', 'bootstrap', 'configure', 'keys', 'initramfs', 'finish'].map(
        (name, i) => `${i + 1}/7 ${name}`,
      ),
    );
    // One of the dear things under emulation
    expect(lines.filter((line) => line.includes('update-initramfs: Generating'))).toHaveLength(1);

    const uuid = (await run(['blkid', '-p', '-s', 'UUID', '-o', 'value', disk])).stdout;
    expect(await look('ls -A "$root"')).not.toContain('.stub-installing');
    expect(await look('cat "$root/etc/fstab"')).toContain(`UUID=${uuid} / ext4 errors=remount-ro 0 1`);
    expect(await look('ls "$root/etc/ssh" | grep ssh_host; cat "$root/etc/ssh/ssh_host_ed25519_key"')).toBe(
      'ssh_host_ed25519_key\nssh_host_ed25519_key.pub\nthe key',
    );
    expect(await look('stat -c %a "$root/etc/ssh/ssh_host_ed25519_key" "$root/root/.ssh/authorized_keys"')).toBe(
      '600\n600',
    );
    expect(await look('cat "$root/root/.ssh/authorized_keys"')).toContain('of-the-run');
    expect(await look('grep ^root: "$root/etc/shadow"')).toMatch(/^root::/);
    expect(await look('grep -h ^Suites: "$root"/etc/apt/sources.list.d/*')).toBe(
      'Suites: bookworm bookworm-updates\nSuites: bookworm-security',
    );
    expect(
      await look('cat "$root/etc/systemd/network/20-wired.network" "$root"/etc/systemd/resolved.conf.d/*'),
    ).toMatch(/LLMNR=yes.*LLMNR=yes/s);
    const enabled = 'systemctl --root="$root" is-enabled ssh systemd-networkd systemd-resolved';
    expect(await look(enabled)).toBe('enabled\nenabled\nenabled');
    expect(await look('chroot "$root" dpkg --audit')).toBe('');
    const initramfs = await look('chroot "$root" sh -c "lsinitramfs /boot/initrd.img-*"');
    for (const driver of ['virtiofs.ko', 'dm-crypt.ko', 'virtio_blk.ko']) expect(initramfs).toContain(driver);
  }, 900_000);
});
