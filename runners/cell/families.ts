import type { Distribution } from '../matrix/schema.ts';

/** How a family of distributions is asked what is installed. All commands are for a root shell of the installed system. */
export interface Family {
  /** Prints the release (as `uname -r` says it) of each installed kernel, a line each. */
  readonly installedKernels: string;
  /** Prints the files of the drivers virtiofs and dm-crypt, where they are, in the running kernel's initramfs, or built into the kernel. */
  readonly initramfsDrivers: string;
  /** Prints the suites or repositories that the package manager is set up with, a line each. */
  readonly packageSources: string;
}

const drivers = 'grep -E "/(virtiofs|dm-crypt)[.]ko"';
const builtIn = `${drivers} /lib/modules/$(uname -r)/modules.builtin`;

// gzip hands on what is not packed. dracut's own tool, which takes a minute of emulation, only where that is no archive.
const madeByDracut = 'F=/boot/initramfs-$(uname -r).img; gzip -dcf $F | cpio -it --quiet 2> /dev/null || lsinitrd $F';

const FAMILIES: Readonly<Record<Distribution['family'], Family>> = {
  debootstrap: {
    installedKernels: "dpkg-query --list 'linux-image-[0-9]*' | sed -n 's/^ii  linux-image-\\([^ ]*\\) .*/\\1/p'",
    initramfsDrivers: `${builtIn}; lsinitramfs /boot/initrd.img-$(uname -r) | ${drivers}; true`,
    packageSources: `apt-get --print-uris update | sed -n "s#.*/dists/\\([^/']*\\)/InRelease.*#\\1#p" | sort -u`,
  },
  'rpm-md': {
    // Where the kernel of EL 8 and later lies, and that of those before.
    installedKernels:
      "rpm -qal kernel kernel-core | sed -n 's#^\\(/usr\\)\\?/lib/modules/\\([^/]*\\)/vmlinuz$#\\2#p; s#^/boot/vmlinuz-##p' | sort -u",
    initramfsDrivers: `${builtIn}; (${madeByDracut}) | ${drivers}; true`,
    packageSources: `awk '/^[[]/ { id = substr($1, 2, length($1) - 2); on[id] = 1 } /^enabled *= *0/ { on[id] = 0 } END { for (id in on) if (on[id]) print id }' /etc/yum.repos.d/*.repo`,
  },
  stage3: {
    installedKernels:
      "sed -n 's#^dir \\(/usr\\)\\?/lib/modules/\\([^/ ]*\\)$#\\2#p' /var/db/pkg/sys-kernel/gentoo-kernel*/CONTENTS | sort -u",
    initramfsDrivers: `${builtIn}; (${madeByDracut}) | ${drivers}; true`,
    // Of sources there is but one, the tree.
    packageSources: 'true',
  },
};

export const familyOf = ({ family }: Pick<Distribution, 'family'>): Family => FAMILIES[family];
