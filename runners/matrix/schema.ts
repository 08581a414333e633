import { z } from 'zod';
import { distribution } from './distribution.ts';
import { archiveChoices, because, name, names, uri, when } from './fields.ts';

const filesystem = z.strictObject({
  type: z.string().describe('What the root is mounted as'),
  on: z.enum(['disk', 'encrypted-disk', 'share']).describe('What holds it: the data disk, LUKS2 on it, or virtiofsd'),
  driver: z
    .string()
    .optional()
    .describe('The kernel module that every initramfs holds whose distribution can have such a root'),
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

const regexp = z.string().refine((text) => {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}, 'not a regular expression');

const knownFailure = z
  .strictObject({
    when,
    check: z.string().describe('The title of the check, as reports have it'),
    signature: regexp.describe('A regular expression: what the message of the failure must match somewhere'),
    tracker: uri.describe('Where it is being worked on'),
    expires: z.iso.date().describe('The last day on which it is excused; from then on it is a plain failure'),
    because,
  })
  .describe(
    'A failure that is expected: the cell is `known`, neither passed nor failed. One that does not come is a failure',
  );

const selection = z
  .strictObject({
    distro: names.optional().describe('Distribution ids, or all; all where absent'),
    arch: names.optional().describe('Architectures, or all; that of the host where absent'),
    fs: names.optional().describe('Filesystems, or all; the default-fs of each distribution where absent'),
    cell: names.optional().describe('Exactly these ids, such as debian13-x86_64-xfs, instead of the three above'),
  })
  .describe('As by --distro, --arch and --fs, or by --cell');

const profile = z.strictObject({
  about: z.string().min(10).describe('What it is for'),
  archive: z.enum(archiveChoices).optional().describe('As by --archive, where that is not given'),
  select: z.array(selection).min(1).describe('The cells of all of them together'),
});

const publicOrigin = z
  .strictObject({
    uri: uri.describe('The archive: the folder below which suites, repositories or tarballs lie'),
    security: uri.optional().describe('The archive of security suites, where that is another one'),
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
  'known-failures': z.array(knownFailure).describe('Each must be of at least one cell that can be run'),
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
  profiles: z.record(name('a profile'), profile).describe('Choices of cells by name: --profile'),
  mirrors: z
    .record(z.string(), z.strictObject({ origins: z.array(z.union([z.literal('host-apt'), publicOrigin])).min(1) }))
    .describe('Where packages come from: tried in this order. `host-apt` is what this host’s own apt is set up with'),
});

/** Keys as in the file, kebab-case where they are two words: one vocabulary in matrix.yaml, errors and code. */
export type Matrix = z.infer<typeof matrixSchema>;
export type Filesystem = Matrix['filesystems'][string];
export type ArchiveException = Matrix['archive-exceptions'][number];
export type KnownFailure = Matrix['known-failures'][number];
export type Profile = Matrix['profiles'][string];
export type Origin = Matrix['mirrors'][string]['origins'][number];
export type { Debootstrap, Distribution } from './distribution.ts';
export type { When } from './fields.ts';
