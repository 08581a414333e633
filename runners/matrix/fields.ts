import { z } from 'zod';

export const name = (what: string) => z.string().regex(/^[a-z0-9_]+$/, `the name of ${what} has only a-z, 0-9 and _`);
export const names = z.array(z.string().min(1)).min(1);
export const because = z.string().min(10).describe('Why, in words a stranger understands; shown in plans and reports');
export const uri = z.url({ protocol: /^https?$/ });

/** Where a cell can be installed from: the distribution's own archive, or the miniature of it that we make. */
export const archiveKinds = ['real', 'stand-in'] as const;
export type ArchiveKind = (typeof archiveKinds)[number];

/** What can be asked for: one of the two, or the real one where it answers and the stand-in where it does not. */
export const archiveChoices = [...archiveKinds, 'auto'] as const;
export type ArchiveChoice = (typeof archiveChoices)[number];

export const when = z
  .strictObject({
    distro: names.optional().describe('Distribution ids; any where absent'),
    arch: names.optional().describe('Architectures; any where absent'),
    fs: names.optional().describe('Filesystems; any where absent'),
    archive: z
      .array(z.enum(archiveKinds))
      .min(1)
      .optional()
      .describe('What is installed from: [real] for what is so of the real archive alone; either where absent'),
  })
  .describe('The cells meant: those that match every list given');
export type When = z.infer<typeof when>;
