/**
 * The kernels that distributions were released with: the oldest of all architectures, since one installer makes the filesystems
 * of all. What Red Hat has taken over from later kernels is not counted as known unless it stands below with its source, so
 * that what is made is at least not newer than that.
 */
export const KERNELS: Readonly<Record<string, { readonly version: string; readonly source: string }>> = {
  debian12: { version: '6.1', source: 'linux-image-amd64 of bookworm' },
  debian13: { version: '6.12', source: 'linux-image-amd64 of trixie' },
  ubuntu2004: { version: '5.4', source: 'release notes: the kernel of linux-generic, not of linux-generic-hwe' },
  ubuntu2204: { version: '5.15', source: 'release notes: the kernel of linux-generic, not of linux-generic-hwe' },
  ubuntu2404: { version: '6.8', source: 'release notes: the kernel of linux-generic, not of linux-generic-hwe' },
  ubuntu2604: { version: '7.0', source: 'release notes' },
  centos6: { version: '2.6.32', source: 'release notes of 6.10: 2.6.32-754' },
  centos7: { version: '3.10', source: 'release notes of 7.9: 3.10.0-1160; on aarch64 4.18.0-193' },
  centos8stream: { version: '4.18', source: 'release notes of RHEL 8' },
  centos9stream: { version: '5.14', source: 'release notes of RHEL 9' },
  centos10stream: { version: '6.12', source: 'release notes of RHEL 10' },
  almalinux9: { version: '5.14', source: 'release notes of RHEL 9' },
  rocky8: { version: '4.18', source: 'release notes of RHEL 8' },
  miraclelinux8: { version: '4.18', source: 'release notes of RHEL 8' },
  fedora42: { version: '6.14', source: 'release notes' },
  gentoo: { version: '6.12', source: 'the oldest series that is stable and has a gentoo-kernel-bin, as of 2026' },
};

/** What the kernel of a distribution knows although it is older, by the feature's name, and where that is from. */
export const TAKEN_OVER: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  centos7: {
    ftype: 'Docker’s documentation: overlay2 wants XFS with ftype=1 and is supported from 3.10.0-514 of RHEL 7 on',
  },
};

/** Programs of a distribution that must read its root too, and are older than its kernel. */
export const UNREADABLE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ubuntu2204: { orphan_file: 'e2fsck 1.46; the feature came to it with 1.47' },
};

/** Whether kernel `version` is `since` or newer. */
export function isSince(version: string, since: string): boolean {
  const [a, b] = [version, since].map((text) => text.split('.').map(Number)) as [number[], number[]];
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
