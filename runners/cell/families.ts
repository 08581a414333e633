import { HarnessError } from '../errors.ts';
import type { Distribution } from '../matrix/schema.ts';

/** How a family of distributions is asked what is installed. All commands are for a root shell of the installed system. */
export interface Family {
  /** Prints the release (as `uname -r` says it) of each installed kernel, a line each. */
  readonly installedKernels: string;
  /** Prints the files of the drivers virtiofs and dm-crypt in the running kernel's initramfs, or built into the kernel. */
  readonly initramfsDrivers: string;
  /** Prints the suites or repositories that the package manager is set up with, a line each. */
  readonly packageSources: string;
}

const FAMILIES: Readonly<Partial<Record<Distribution['family'], Family>>> = {
  debootstrap: {
    installedKernels: "dpkg-query --list 'linux-image-[0-9]*' | sed -n 's/^ii  linux-image-\\([^ ]*\\) .*/\\1/p'",
    initramfsDrivers:
      'grep -hE "/(virtiofs|dm-crypt)[.]ko" /lib/modules/$(uname -r)/modules.builtin; ' +
      'lsinitramfs /boot/initrd.img-$(uname -r) | grep -E "/(virtiofs|dm-crypt)[.]ko"; true',
    packageSources: `apt-get --print-uris update | sed -n "s#.*/dists/\\([^/']*\\)/InRelease.*#\\1#p" | sort -u`,
  },
};

/** @throws HarnessError `family-unknown` for one that nobody has told us how to ask. */
export function familyOf({ family, title }: Distribution): Family {
  const row = FAMILIES[family];
  if (row) return row;
  throw new HarnessError({
    code: 'family-unknown',
    message: `${title}: how ${family} is asked what it installed is not written yet`,
  });
}
