import { CHECKS } from './failure.ts';
import { asInstaller, fetchFrom, from, fromMirror, fromSigned, type ShellFailure } from './installer.ts';
import { WANTED } from './served.ts';

const check = CHECKS.install;

/** What an archive, or the way to it, can be like. Each in one stub after the other. */
export const badArchives: readonly ShellFailure[] = [
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
      await fetchFrom(cell, host, 'own.asc');
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
    name: 'a guest whose clock is before the certificate',
    provoke: async (cell, host) => {
      await fetchFrom(cell, host, 'tls.crt');
      await asInstaller(
        'now=$(date +%s); date -s @978307200',
        `export NETWORK_WAIT=2 CURL_CA_BUNDLE=/root/tls.crt MIRROR=$(curl -sS ${host}/tls)`,
        './real.sh; status=$?',
        'date -s @$now; exit $status',
      )(cell);
    },
    check,
    code: 'certificate-time',
    says: /certificate is not yet valid by the guest's clock/,
  },
];
