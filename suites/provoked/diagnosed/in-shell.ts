import type { Origin } from '../../../mirrors/proxy/origin.test-support.ts';
import type { Cell } from '../../../runners/cell/cell.ts';
import { archive, deb, entry, newSigner, type Recipe } from './archives.ts';
import { CHECKS, type Expected } from './failure.ts';

/** What the installer of debian13 wants to have installed, by its own words. */
const WANTED = 'initramfs-tools udev kmod zstd';

/** Of a web server of ours, as the guest reaches it. */
type Provoke = (cell: Cell, host: string) => Promise<void>;

/** `provoke` is told where archives are served. */
export interface ShellFailure extends Expected {
  readonly name: string;
  readonly provoke: Provoke;
}

const quoted = (line: string) => `'${line.replaceAll("'", "'\\''")}'`;

/** Puts a script in the place of the installer, which stays beside it as real.sh. */
export const asInstaller =
  (...lines: readonly string[]) =>
  async (cell: Cell): Promise<void> => {
    await cell.guest.shell('cd /root; [ -e real.sh ] || cp debian13.sh real.sh');
    const words = ['#!/bin/bash', ...lines].map(quoted).join(' ');
    await cell.guest.shell(`printf '%s\\n' ${words} > debian13.sh; chmod +x debian13.sh`);
  };

/** The real installer with other settings. */
const installing = (settings: string, ...before: readonly string[]): Provoke =>
  asInstaller(...before, `export NETWORK_WAIT=2 ${settings}`, 'exec ./real.sh');

const fromMirror = (uri: string, more = ''): Provoke => installing(`MIRROR=${uri} SECURITY_MIRROR=${uri} ${more}`);

/** From an archive of ours. */
const from =
  (name: string, more = ''): Provoke =>
  (cell, host) =>
    fromMirror(`${host}/${name}`, more)(cell, host);

/** The same, whose signature counts. */
const fromSigned =
  (name: string, more = ''): Provoke =>
  async (cell, host) => {
    await cell.guest.shell(`curl -sS -o /root/own.asc ${host}/own.asc`);
    await from(name, `KEYRING=/root/own.asc ${more}`)(cell, host);
  };

/** All but some 150 MiB of it, page by page, which a program would take minutes for under emulation. */
const FILL_MEMORY =
  'mountpoint -q /media || mount -t tmpfs -o size=100% fill /media; fallocate -l $(($(sed -n "s/^MemAvailable: *//p" /proc/meminfo | cut -d " " -f 1) - 150000))K /media/fill';

const day = 86_400_000;

const essential = entry('base-files', undefined, 'Essential: yes');
const all = (more: (name: string) => string = () => '') =>
  essential +
  WANTED.split(' ')
    .map((name) => entry(name, undefined, more(name)))
    .join('');

/** Makes what the guests are to find and not to find. @returns its address, as a guest reaches this host's loopback. */
export async function serveArchives(origin: Origin, folder: string): Promise<string> {
  const signer = await newSigner(`${folder}/gnupg`);
  const stranger = await newSigner(`${folder}/stranger`);
  origin.files['/own.asc'] = { body: signer.publicKey };
  const broken = await deb(folder, 'broken', { postinst: '#!/bin/sh\necho "nothing works here"\nexit 3\n' });
  origin.files['/broken.deb'] = { body: broken };

  const offer = async (name: string, recipe: Recipe, by = signer) => {
    Object.assign(origin.files, await archive(`/${name}`, by, recipe));
  };
  await offer('unknown-key', {}, stranger);
  await offer('changed', { tamper: (text) => text.replace('Origin: Nobody', 'Origin: Nobody else') });
  await offer('tomorrow', { date: new Date(Date.now() + day) });
  await offer('last-year', { date: new Date(Date.now() - 300 * day), validUntil: new Date(Date.now() - 200 * day) });
  await offer('two-states', { packages: all(), otherIndex: all().replace('Version: 1', 'Version: 2') });
  await offer('bare', { packages: essential });
  await offer('unmet', { packages: all((name) => (name === 'udev' ? 'Depends: no-such-thing (>= 2)' : '')) });
  origin.files['/busy/dists/trixie/InRelease'] = { status: 503, body: 'busy' };
  origin.files['/portal/dists/trixie/InRelease'] = { body: '<html>Log in first</html>' };
  origin.files['/mute/dists/trixie/InRelease'] = { silent: true };

  return origin.uri.replace('127.0.0.1', '10.0.2.2');
}

const check = CHECKS.install;

/** Each goes wrong in one stub after the other, at the same shell; the last takes it down. */
export const inShell: readonly ShellFailure[] = [
  {
    name: 'a name that does not resolve',
    provoke: fromMirror('http://no-such-host.invalid/debian'),
    check,
    code: 'name-not-resolved',
    says: /could not resolve the name no-such-host\.invalid/,
  },
  {
    name: 'nobody listens at the mirror',
    provoke: fromMirror('http://10.0.2.2:9/debian'),
    check,
    code: 'cannot-connect',
    says: /could not connect to 10\.0\.2\.2, port 9/,
  },
  {
    name: 'a mirror without the suite',
    provoke: from('nowhere'),
    check,
    code: 'not-in-archive',
    says: /404/,
  },
  { name: 'a mirror that is busy', provoke: from('busy'), check, code: 'archive-error', says: /503/ },
  {
    name: 'a page in the place of the mirror',
    provoke: from('portal'),
    check,
    code: 'not-an-archive',
    says: /is no index of trixie/,
  },
  {
    name: 'a mirror that never answers',
    provoke: from('mute'),
    check,
    code: 'archive-timeout',
    says: /did not answer in time/,
  },
  {
    name: 'an archive signed by a stranger',
    provoke: fromSigned('unknown-key'),
    check,
    code: 'signature-unknown-key',
    says: /does not trust: Missing key [0-9A-F]{16}/,
  },
  {
    name: 'an index that was changed on the way',
    provoke: fromSigned('changed'),
    check,
    code: 'signature-bad',
    says: /does not hold/,
  },
  {
    name: 'an archive of tomorrow',
    provoke: fromSigned('tomorrow'),
    check,
    code: 'clock-wrong',
    says: /clock is .*behind/,
  },
  {
    name: 'an archive of last year',
    provoke: fromSigned('last-year'),
    check,
    code: 'index-expired',
    says: /out of date/,
  },
  {
    name: 'an archive in the middle of its update',
    provoke: fromSigned('two-states'),
    check,
    code: 'checksum-mismatch',
    says: /something else than its index promises/,
  },
  {
    name: 'a package that is gone',
    provoke: fromSigned('bare'),
    check,
    code: 'package-not-found',
    says: /no package initramfs-tools/,
  },
  {
    name: 'a package that needs what is not there',
    provoke: async (cell, host) => {
      await cell.guest.shell(`curl -sS -o /root/own.asc ${host}/own.asc`);
      const lines = ['export KEYRING=/root/own.asc', `sed 's/^PACKAGES=.*/PACKAGES=/' real.sh > /root/few.sh`];
      await asInstaller(
        ...lines,
        `sed -i 's/^install_debian/list_packages() { PACKAGE_LIST="${WANTED}"; }; install_debian/' few.sh`,
        `MIRROR=${host}/unmet SECURITY_MIRROR=${host}/unmet exec bash /root/few.sh`,
      )(cell);
    },
    check,
    code: 'dependencies-unmet',
    says: /udev needs no-such-thing/,
  },
  {
    name: 'an encrypted root without a key',
    provoke: installing('FS=luks'),
    check,
    code: 'luks-key-not-given',
    says: /no key/,
  },
  {
    name: 'a share that the machine does not have',
    provoke: fromSigned('bare', 'FS=virtiofs'),
    check,
    code: 'share-missing',
    says: /no virtiofs share with the tag "fs"/,
  },
  {
    name: 'an option that mkfs does not know',
    provoke: async (cell, host) => {
      await cell.guest.shell(`curl -sS -o /root/own.asc ${host}/own.asc`);
      await asInstaller(
        `sed "s:-c options=[^)']*:-m nonsense=1:" real.sh > odd.sh`,
        `KEYRING=/root/own.asc MIRROR=${host}/bare SECURITY_MIRROR=${host}/bare exec bash ./odd.sh`,
      )(cell);
    },
    check,
    code: 'mkfs-failed',
    says: /mkfs made no xfs/,
  },
  {
    name: 'a disk that is too small',
    provoke: installing('TARGET_DISK=$DISK', 'truncate -s 1G /root/small', 'DISK=$(losetup --show -f /root/small)'),
    check,
    code: 'disk-too-small',
    says: /has 1024 MiB and the installer needs 2048/,
  },
  {
    name: 'a package whose script fails',
    provoke: (cell, host) => asInstaller(`curl -sS -o broken.deb ${host}/broken.deb`, 'dpkg -i broken.deb')(cell),
    check,
    code: 'package-script-failed',
    says: /script of the package broken ended with 3/,
  },
  {
    name: 'a package that was cut off',
    provoke: (cell, host) =>
      asInstaller(`curl -sS ${host}/broken.deb | head -c 300 > cut.deb`, 'dpkg -i ./cut.deb')(cell),
    check,
    code: 'package-unusable',
    says: /dpkg could not install .*cut\.deb/,
  },
  {
    name: 'a filesystem that no installer makes',
    provoke: fromSigned('bare', 'FS=ntfs'),
    check,
    code: 'installer-gave-up',
    says: /unknown FS=ntfs/,
  },
  {
    name: 'a network without a way out',
    provoke: (cell) =>
      asInstaller(
        'ip route add unreachable 192.0.2.0/24',
        // curl, which the installer asks first, has no words for this; apt has.
        'echo "deb [trusted=yes] http://192.0.2.1/debian trixie main" > /tmp/sources.list',
        'apt-get update -o Dir::Etc::SourceList=/tmp/sources.list -o APT::Update::Error-Mode=any; status=$?',
        'ip route del unreachable 192.0.2.0/24',
        'exit $status',
      )(cell),
    check,
    code: 'network-unreachable',
    says: /no way to the archive/,
  },
  {
    name: 'a program that takes all memory',
    // The harness keeps the kernel from writing at this console.
    provoke: asInstaller('dmesg -n 7', FILL_MEMORY, 'tail /dev/zero'),
    check,
    code: 'out-of-memory',
    says: /killed tail/,
  },
  {
    name: 'a program that is killed, and nobody says by whom',
    provoke: asInstaller('dmesg -n 1', FILL_MEMORY, 'tail /dev/zero'),
    check,
    code: 'program-killed',
    says: /tail \/dev\/zero/,
  },
  {
    name: 'a filesystem that is full',
    provoke: asInstaller('mount -t tmpfs -o size=1M tmpfs /mnt', 'cp /usr/bin/bash /mnt/'),
    check,
    code: 'no-space',
    says: /full/,
  },
  {
    name: 'an installer that says nothing',
    provoke: asInstaller('exit 3'),
    check,
    code: 'installer-mute',
    says: /status 3/,
  },
  {
    name: 'no installer',
    provoke: async (cell) => void (await cell.guest.shell('rm -f /root/debian13.sh')),
    check,
    code: 'installer-missing',
    says: /debian13\.sh: No such file/,
  },
  {
    name: 'a panic in the middle of it',
    provoke: asInstaller('echo c > /proc/sysrq-trigger', 'sleep 100'),
    check,
    code: 'kernel-panic',
    says: /sysrq triggered crash/,
  },
];
