import { z } from 'zod';

const name = (what: string) => z.string().regex(/^[a-z0-9_]+$/, `the name of ${what} has only a-z, 0-9 and _`);
const names = z.array(z.string().min(1)).min(1);
const because = z.string().min(10).describe('Why, in words a stranger understands; shown in plans and reports');
const uri = z.url({ protocol: /^https?$/ });

const when = z
  .strictObject({
    distro: names.optional().describe('Distribution ids; any where absent'),
    arch: names.optional().describe('Architectures; any where absent'),
    fs: names.optional().describe('Filesystems; any where absent'),
  })
  .describe('The cells meant: those that match every list given');

const distribution = z.strictObject({
  title: z.string().describe('What people call it'),
  family: z.enum(['debootstrap']).describe('How its first packages are laid down'),
  archive: z.string().describe('The key under `mirrors` it is installed from'),
  suite: z.string().describe('Its name in the archive: dists/<suite>'),
  'security-suite': z.string().describe('Its name in the security archive'),
  release: z.string().describe('Release number'),
  'os-release': z
    .strictObject({ ID: z.string(), VERSION_ID: z.string() })
    .describe('What /etc/os-release and the guest agent must say'),
  published: names.describe('Architectures its archive has packages for'),
  'default-fs': z.string().describe('The filesystem its installer takes when nothing is said'),
  'cpu-floor': z
    .record(z.string(), z.enum(['x86-64', 'x86-64-v2', 'x86-64-v3', 'armv8-a', 'rv64gc', 'rva23']))
    .describe('The least CPU its binaries run on, per architecture'),
  'kernel-package': z.record(z.string(), z.string()).describe('The package that brings the kernel, per architecture'),
  'end-of-life': z
    .string()
    .regex(/^\d{4}-\d{2}$/)
    .describe('Year and month of the last updates'),
});

const filesystem = z.strictObject({
  type: z.string().describe('What the root is mounted as'),
  on: z.enum(['disk', 'encrypted-disk', 'share']).describe('What holds it: the data disk, LUKS2 on it, or virtiofsd'),
});

const archiveException = z
  .strictObject({
    when,
    suites: z.record(z.string(), z.string()).describe('The suite, and the one that is read in its place'),
    'past-valid-until': z.boolean().describe('Whether their Release files may have outlived their Valid-Until'),
    until: z.iso.date().describe('The last day on which the exception is made'),
    because,
  })
  .describe('Where an archive is not as it should be, and what verifies is taken instead; reports say so');

const publicOrigin = z
  .strictObject({
    uri: uri.describe('The archive: the folder that holds dists/'),
    security: uri.describe('The security archive: the folder that holds dists/'),
  })
  .describe('A mirror by its address');

/** matrix.yaml as it stands in the file. The editor's schema, matrix.schema.json, is generated from this. */
export const matrixSchema = z.strictObject({
  architectures: z.array(name('an architecture')).min(1),
  filesystems: z.record(name('a filesystem'), filesystem),
  distributions: z.record(name('a distribution'), distribution),
  skip: z
    .array(z.strictObject({ when, because }))
    .describe('Cells that are not run. Each rule must decide about at least one cell that nothing before it skips'),
  'archive-exceptions': z.array(archiveException).describe('The first that matches counts'),
  expected: z
    .array(
      z.strictObject({
        when: when.optional(),
        seconds: z.number().positive().describe('From an empty disk'),
        installed: z.number().positive().describe('From the disk that an earlier run has installed'),
      }),
    )
    .min(1)
    .describe('How long a cell takes; the first row that matches counts'),
  mirrors: z
    .record(z.string(), z.strictObject({ origins: z.array(z.union([z.literal('host-apt'), publicOrigin])).min(1) }))
    .describe('Where packages come from: tried in this order. `host-apt` is what this host’s own apt is set up with'),
});

/** Keys as in the file, kebab-case where they are two words: one vocabulary in matrix.yaml, errors and code. */
export type Matrix = z.infer<typeof matrixSchema>;
export type Distribution = Matrix['distributions'][string];
export type Filesystem = Matrix['filesystems'][string];
export type ArchiveException = Matrix['archive-exceptions'][number];
export type When = Matrix['skip'][number]['when'];
export type Origin = Matrix['mirrors'][string]['origins'][number];
