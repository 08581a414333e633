import type { Wanted } from '../maker.ts';

/** What says which distribution it is: texts and links of each rpm, by path, and what the rpm stands for besides its name. */
export interface ReleaseRpm {
  readonly files: Readonly<Record<string, string>>;
  readonly links: readonly (readonly [path: string, target: string])[];
  readonly provides: readonly string[];
  readonly requires: readonly string[];
}

const empty: ReleaseRpm = { files: {}, links: [], provides: [], requires: [] };

/**
 * The rpms by which the distribution says what it is and where it is updated from, by name. What is one rpm in the distribution
 * is one here.
 *
 * @param publicKey armoured.
 */
export function releaseRpms(wanted: Wanted<'rpm-md'>, publicKey: string): Readonly<Record<string, ReleaseRpm>> {
  const { release } = wanted.standIn;
  const rpms: Record<string, ReleaseRpm> = {};
  const add = (name: string, part: ReleaseRpm) => {
    const known = rpms[name] ?? empty;
    rpms[name] = {
      files: { ...known.files, ...part.files },
      links: [...known.links, ...part.links],
      provides: [...known.provides, ...part.provides],
      requires: [...known.requires, ...part.requires].filter((each) => each !== name),
    };
  };
  add(release.package, says(wanted));
  add(release.repositories, { ...empty, files: { 'etc/yum.repos.d/stand-in.repo': repositories(wanted) } });
  add(release.keys, { ...empty, files: { [`etc/pki/rpm-gpg/${release['key-file']}`]: publicKey } });
  return rpms;
}

function says({ id, distribution, standIn }: Wanted<'rpm-md'>): ReleaseRpm {
  const { title, release, 'os-release': os, 'system-release': said } = distribution;
  const systemRelease = said ?? `${title} (stub-matrix stand-in)`;
  const fields = {
    NAME: title,
    ID: os?.ID ?? id,
    VERSION: `${release} (stub-matrix stand-in)`,
    VERSION_ID: os?.VERSION_ID ?? release,
    PRETTY_NAME: `${title} (stub-matrix stand-in)`,
    VARIANT: 'stub-matrix stand-in',
    VARIANT_ID: 'stand-in',
  };
  const { repositories: repos, keys } = standIn.release;
  return {
    files: {
      'etc/system-release': `${systemRelease}\n`,
      'usr/lib/os-release': Object.entries(fields)
        .map(([name, value]) => `${name}="${value}"\n`)
        .join(''),
      'usr/lib/systemd/system-preset/90-default.preset': PRESET,
    },
    links: [
      ['etc/os-release', '../usr/lib/os-release'],
      ['etc/redhat-release', 'system-release'],
    ],
    // By the first of these dnf finds out its $releasever.
    provides: [`system-release(releasever) = ${release}`, `system-release = ${release}`, `redhat-release = ${release}`],
    requires: ['setup', repos, keys],
  };
}

/** As EL's: nothing is started that is not named. */
const PRESET = `${[
  'getty@.service',
  'remote-fs.target',
  'sshd.service',
  'NetworkManager.service',
  'NetworkManager-dispatcher.service',
  'avahi-daemon.*',
  'acpid.service',
  'systemd-resolved.service',
  'network.service',
  'qemu-guest-agent.service',
]
  .map((unit) => `enable ${unit}\n`)
  .join('')}disable *\n`;

/** The address is nobody's: whoever installs says by which mirror. */
function repositories({ id, arch, distribution, standIn }: Wanted<'rpm-md'>): string {
  const key = `file:///etc/pki/rpm-gpg/${standIn.release['key-file']}`;
  return Object.entries(distribution.repositories)
    .map(([name, path]) =>
      [
        `[${name}]`,
        `name=${distribution.title} - ${name} (stub-matrix stand-in)`,
        `baseurl=http://stand-in.invalid/${id}/${arch}/${path}/`,
        'enabled=1',
        'gpgcheck=1',
        `gpgkey=${key}`,
        '',
      ].join('\n'),
    )
    .join('\n');
}
