import type { ImageArch } from './recipe.ts';

/**
 * Where the image is not made of its suite alone, as data. Nothing here lowers what is verified: every package comes by a
 * signed Release and the hashes in it. A row holds until the end of its day (UTC) and is told in the build's progress and in the
 * image's manifest; afterwards the build fails with what is wrong, for somebody to look again.
 */

/** A suite taken in place of the image's own, while the mirror's index of that does not match its signed Release. */
export interface SuiteInstead {
  readonly arch: ImageArch;
  readonly suite: string;
  readonly until: string;
  readonly because: string;
}

export const suitesInstead: readonly SuiteInstead[] = [
  {
    arch: 'riscv64',
    suite: 'stable',
    until: '2026-12-31',
    because:
      'Release of trixie is that of 13.8, its index for riscv64 still that of 13.7; under the name "stable" Release and index are both of 13.7',
  },
];

/** A package that the image's suite does not have for an architecture. Only what that suite lacks comes from the other. */
export interface PackageElsewhere {
  readonly arch: ImageArch;
  readonly name: string;
  readonly why: string;
  readonly suite: string;
  /** The other suite's Release may have outlived its own Valid-Until. */
  readonly expired?: { readonly until: string; readonly because: string };
}

export const packagesElsewhere: readonly PackageElsewhere[] = [
  {
    arch: 'riscv64',
    name: 'kexec-tools',
    why: 'boots what is installed; trixie has none for riscv64',
    suite: 'forky',
    expired: {
      until: '2026-12-31',
      because: 'the mirror stands still at the Release of 2026-10-30, which calls itself valid until 2026-11-06',
    },
  },
];
