import { z } from 'zod';
import { because, names } from './fields.ts';

const path = z.string().regex(/^[^/].*[^/]$/, 'a path below the archive, without a slash at either end');

/** What differs between the architectures of one distribution. */
const published = z.strictObject({
  archive: z.string().describe('The key under `mirrors` it is installed from'),
  'cpu-floor': z
    .enum(['x86-64', 'x86-64-v2', 'x86-64-v3', 'armv8-a', 'rv64gc', 'rva23'])
    .describe('The least CPU its binaries run on'),
  'kernel-package': z.string().describe('The package that brings the kernel'),
});

const perArch = <T extends z.ZodType>(row: T) =>
  z
    .record(z.string(), row)
    .refine((rows) => Object.keys(rows).length > 0, 'published for no architecture at all')
    .describe('The architectures its archive has packages for');

const osRelease = z
  .strictObject({
    ID: z.string(),
    VERSION_ID: z.string().optional().describe('9 stands for 9.7 as well; anything will do where absent'),
  })
  .describe('What /etc/os-release and the guest agent must say');

const common = {
  title: z.string().describe('What people call it'),
  release: z.string().describe('Release number, dnf’s $releasever; `rolling` where there is none'),
  'os-release': osRelease,
  packages: names.describe('What its installer asks for by name, besides the kernel and what the filesystem needs'),
  keys: z
    .array(z.string().regex(/^[0-9A-F]{40}$/, 'a fingerprint has 40 digits, 0-9 and A-F'))
    .min(1)
    .describe('Fingerprints of the OpenPGP keys that its archives are signed with'),
  signatures: z
    .strictObject({ verified: z.literal(false), because })
    .optional()
    .describe('Only where what is installed cannot be verified by these keys; reports say so'),
  'default-fs': z.string().describe('The filesystem its installer takes when nothing is said'),
  'end-of-life': z
    .string()
    .regex(/^(\d{4}-\d{2}|rolling)$/, 'year and month, or rolling')
    .describe('Year and month of the last updates that cost nothing'),
};

const debootstrap = z.strictObject({
  family: z.literal('debootstrap').describe('First packages by apt and dpkg'),
  ...common,
  suite: z.string().describe('Its name in the archive: dists/<suite>; its updates are in <suite>-updates'),
  'security-suite': z.string().describe('Its name in the security archive'),
  components: names.describe('The parts of the archive that packages come from'),
  published: perArch(published),
});

const rpmMd = z.strictObject({
  family: z.literal('rpm-md').describe('First packages by stub’s rpm, the others by its own package manager'),
  ...common,
  'os-release': osRelease.optional(),
  'system-release': z.string().optional().describe('What /etc/system-release says, where there is no os-release'),
  repositories: z
    .record(z.string(), path)
    .describe('What it is installed and updated from: the id in its own yum.repos.d, and the path below the archive'),
  'package-manager': z.enum(['yum', 'dnf', 'dnf5']),
  'first-packages': names.describe('Laid into the empty root by stub; they bring the package manager and the keys'),
  'rpm-database': z
    .strictObject({ format: z.enum(['bdb', 'sqlite']), path })
    .describe('As its own rpm reads it; stub’s writes sqlite'),
  published: perArch(published),
});

const stage3 = z.strictObject({
  family: z.literal('stage3').describe('A tarball, then emerge'),
  ...common,
  snapshot: path.describe('The tree of ebuilds'),
  published: perArch(published.extend({ stage3: path.describe('The file that names the newest tarball') })),
});

/** A row of `distributions`: what all have, and what its family has. */
export const distribution = z.discriminatedUnion('family', [debootstrap, rpmMd, stage3]);

export type Distribution = z.infer<typeof distribution>;
export type Debootstrap = z.infer<typeof debootstrap>;
export type CpuFloor = z.infer<typeof published>['cpu-floor'];

/** What a VERSION_ID must match: the one of the matrix, or a point release of it. */
export function versionPattern(version: string | undefined): RegExp {
  return version === undefined ? /^/ : new RegExp(`^${version.replaceAll('.', '\\.')}(\\.|$)`);
}

/**
 * What the package manager of the installed system must be set up with, and nothing else: suites or repositories. None where
 * it knows neither.
 */
export function packageSourcesOf(row: Distribution): readonly string[] {
  switch (row.family) {
    case 'debootstrap':
      return [row.suite, `${row.suite}-updates`, row['security-suite']];
    case 'rpm-md':
      return Object.keys(row.repositories);
    case 'stage3':
      return [];
  }
}
