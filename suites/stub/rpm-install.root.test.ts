import { createReadStream } from 'node:fs';
import { cp, mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { standInOf } from '../../runners/cell/stand-in.ts';
import { loadMatrix } from '../../runners/matrix/load.ts';
import { attempt, run } from '../../runners/process/command.ts';
import { cacheFolder } from '../harness/lone-cell.ts';
import { arch, mountsOf, unpackImage } from './image-tree.test-support.ts';

/*
 * The installer of Rocky Linux 8 as it is in the image, which is unpacked and run here without a guest, on a loop disk and from
 * the stand-in of its archive: of Rocky Linux itself this says nothing.
 */

const stack = new AsyncDisposableStack();
let image: string;
let mirror: string;

beforeAll(async () => {
  const tree = await unpackImage(stack);
  image = tree.image;
  const distribution = loadMatrix().distributions.rocky8;
  if (!distribution) throw new RangeError('matrix.yaml has no rocky8');
  const cell = { id: `rocky8-${arch}-ext4`, distro: 'rocky8', arch, fs: 'ext4' };
  const standIn = stack.use(await standInOf({ cell, distribution }, { cacheFolder }, tree.helpers));
  mirror = await serve(standIn.archive);
  await cp(standIn.keyring, join(image, 'given/keyring.asc'));
  for (const folder of ['run/systemd/resolve', 'root/.ssh', 'mnt/target'])
    await mkdir(join(image, folder), { recursive: true });
  await writeFile(join(image, 'run/systemd/resolve/stub-resolv.conf'), 'nameserver 127.0.0.53\n');
  await writeFile(join(image, 'root/.ssh/authorized_keys'), 'ssh-ed25519 AAAA of-the-run\n');
  await writeFile(join(image, 'etc/ssh/ssh_host_ed25519_key'), 'the key');
  await writeFile(join(image, 'etc/ssh/ssh_host_ed25519_key.pub'), 'its public half');
  await writeFile(join(image, 'given/disk'), '');
  await truncate(join(image, 'given/disk'), 4 * 2 ** 30);
});
afterAll(() => stack.disposeAsync());

/** Serves the files of a folder on the loopback interface. */
async function serve(folder: string): Promise<string> {
  const server = createServer((request, response) => {
    const file = createReadStream(join(folder, decodeURIComponent(request.url ?? '')));
    file.on('error', () => response.writeHead(404).end());
    file.pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.defer(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Runs a shell line in the image, in a mount namespace of its own; `before` is run first, outside of it. */
async function inImage(line: string, env: Readonly<Record<string, string>> = {}, before = ':') {
  const script = `${mountsOf(image)}; ${before}; exec chroot '${image}' /bin/bash -c "$0"`;
  const contained = ['unshare', '--mount', '--propagation', 'private', 'sh', '-euc', script, line] as const;
  const { stdout, exitCode } = await attempt(contained, { env, timeout: 540 });
  return { text: stdout, status: exitCode };
}

describe('the installer of Rocky Linux 8, on its stand-in', () => {
  let text: string;

  beforeAll(async () => {
    const disk = (await run(['losetup', '--find', '--show', join(image, 'given/disk')])).stdout;
    stack.defer(() => run(['losetup', '-d', disk]).then(() => {}));
    const env = { FS: 'ext4', TARGET_DISK: disk, MIRROR: mirror, KEYRING: '/given/keyring.asc', NO_REBOOT: '1' };
    const line =
      'cd /root; status=0; ./rocky8.sh 2>&1 || status=$?; grep /mnt/target /proc/self/mountinfo; exit $status';
    const done = await inImage(line, { ...env, TARGET: '/mnt/target', PATH: '/usr/sbin:/usr/bin' });
    text = done.text;
    expect(done.status, text.split('\n').slice(-25).join('\n')).toBe(0);
  });

  /** Runs a shell line in the installed system, mounted read-only. */
  const look = async (line: string) =>
    (
      await inImage(
        line,
        {},
        `mount -o loop,ro '${image}/given/disk' '${image}/mnt/target'; mount --bind /dev '${image}/mnt/target/dev'`,
      )
    ).text;
  const inside = (line: string) => look(`chroot /mnt/target /bin/bash -c '${line}'`);

  test('ends with its word, and nothing is left mounted', () => {
    expect(text).toMatch(/rocky8 is installed, after \d+ s\n.*NO_REBOOT=1$/);
    expect(text).toMatch(/stub-install: packages \d+, sha256 [0-9a-f]{64}/);
  });

  test('its own rpm knows all packages', async () => {
    const names = (await inside('rpm -q kernel rocky-release openssh-server NetworkManager')).split('\n');
    expect(names).toHaveLength(4);
    expect(names.join()).not.toContain('not installed');
    expect(await look('ls -A /mnt/target')).not.toMatch(/stub-|rpmbootstrap/);
  });

  test('kernel and initramfs lie where the boot plugin looks, once each', async () => {
    const files = (await look('ls /mnt/target/boot')).split('\n');
    const version = files.flatMap((name) => /^vmlinuz-(.*)$/.exec(name)?.[1] ?? []);
    expect(version).toHaveLength(1);
    expect(files).toContain(`initramfs-${version[0]}.img`);
    expect(files.filter((name) => name.startsWith('initramfs'))).toHaveLength(1);
    expect(text.match(/Creating initramfs image file/g) ?? []).toHaveLength(1);
    const initramfs = await inside(`lsinitrd /boot/initramfs-${version[0]}.img; cat /lib/modules/*/modules.builtin`);
    for (const driver of ['virtiofs.ko', 'dm-crypt.ko', 'xfs.ko']) expect(initramfs).toContain(driver);
  });

  test('it is updated from the mirror, by the key that it was installed by, and from nowhere else', async () => {
    const on = await look("awk '/^[[]/ { id = $1 } /^enabled *= *1/ { print id }' /mnt/target/etc/yum.repos.d/*.repo");
    expect(on.split('\n').toSorted()).toEqual(['[appstream]', '[baseos]']);
    const own = await look('cat /mnt/target/etc/yum.repos.d/stub.repo');
    expect(own).toContain(`baseurl=${mirror}/8/BaseOS/$basearch/os\n`);
    expect(own.match(/gpgcheck=1/g)).toHaveLength(2);
    const key = await look('cat /mnt/target/etc/pki/rpm-gpg/RPM-GPG-KEY-stub');
    expect(key.trim()).toBe((await readFile(join(image, 'given/keyring.asc'), 'utf8')).trim());
  });

  test('it has the stub’s keys, a root without password, and what answers LLMNR', async () => {
    expect(await look('cat /mnt/target/root/.ssh/authorized_keys')).toContain('of-the-run');
    expect(await look('cd /mnt/target/etc/ssh; ls ssh_host*; cat ssh_host_ed25519_key')).toBe(
      'ssh_host_ed25519_key\nssh_host_ed25519_key.pub\nthe key',
    );
    expect(await look('grep ^root: /mnt/target/etc/shadow')).toMatch(/^root::/);
    expect(await look('stat -c %a /mnt/target/etc/NetworkManager/system-connections/eth0.nmconnection')).toBe('600');
    const units = 'sshd NetworkManager avahi-daemon llmnrd';
    expect(await look(`systemctl --root=/mnt/target is-enabled ${units}`)).toBe('enabled\nenabled\nenabled\nenabled');
    expect(await look('cat /mnt/target/etc/sysconfig/qemu-ga')).toMatch(/^BLACKLIST_RPC=$/m);
    expect(await look('file=/mnt/target/usr/local/sbin/llmnrd; [ -x $file ] && readelf -l $file')).not.toContain(
      'INTERP',
    );
  });
});

describe('an rpm with another kind of database than stub’s', () => {
  /** What the installer does of it, by its own functions, on a new root whose rpm has a setting of its own. */
  const first = (format: string, macro: string) => `set -euo pipefail; exec 2>&1
    rm -rf /mnt/target/*; LIB=/usr/lib/stub/install TARGET=/mnt/target LOCALE=C.UTF-8 KEYRING=/given/keyring.asc
    RELEASE_PACKAGES='rocky-release rocky-repos rocky-gpg-keys' MIRROR=${mirror}
    REPOSITORIES=('baseos=8/BaseOS/$basearch/os') ARCHITECTURE=${arch}
    . $LIB/el8.sh; for part in steps rpm-repositories rpm-packages; do . $LIB/$part.sh; done
    RPM_FORMAT=${format}; find_keys; install_first_packages
    stub_knows=$(rpm --root $TARGET --dbpath /var/lib/rpm -qa | grep -v ^gpg-pubkey | sort)
    echo '${macro}' > $TARGET/etc/rpm/macros.zz-other
    mount_kernel_folders; check_database
    [ "$stub_knows" = "$(in_target rpm -qa | grep -v ^gpg-pubkey | sort)" ]; ls $TARGET/var/lib/rpm`;

  test('has the same packages in it, entered by itself', async () => {
    const { text, status } = await inImage(first('bdb', '%_db_backend ndb'), { PATH: '/usr/sbin:/usr/bin' });
    expect(status, text.split('\n').slice(-25).join('\n')).toBe(0);
    expect(text).toContain('Packages.db');
    expect(text).not.toContain('rpmdb.sqlite');
  });

  test('does not know of its packages where that is left out, which is noticed', async () => {
    const { text, status } = await inImage(first('sqlite', '%_dbpath /var/lib/elsewhere'), {
      PATH: '/usr/sbin:/usr/bin',
    });
    expect(status).toBe(1);
    expect(text).toContain('package rocky-release is not installed');
  });
});
