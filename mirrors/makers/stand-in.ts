import { z } from 'zod';

const common = {
  'not-proven': z
    .array(z.string().min(10))
    .describe('What a cell of this stand-in says nothing about, besides what no stand-in can say anything about'),
};

const apt = z.strictObject({ family: z.literal('debootstrap'), ...common });

const stage3 = z.strictObject({ family: z.literal('stage3'), ...common });

const rpmMd = z.strictObject({
  family: z.literal('rpm-md'),
  ...common,
  release: z
    .strictObject({
      package: z.string().describe('The rpm with os-release and system-release'),
      repositories: z.string().describe('The rpm with yum.repos.d; may be the same'),
      keys: z.string().describe('The rpm with the archive’s public key; may be the same'),
      'key-file': z.string().describe('The name of that below /etc/pki/rpm-gpg, as the distribution has it'),
    })
    .describe('By which rpms the distribution says what it is'),
  'file-needs': z
    .record(z.string(), z.array(z.string().startsWith('/')))
    .default({})
    .describe('Files by which an rpm names what it needs, by its name: a solver has to read the long lists for them'),
  besides: z.array(z.string()).default([]).describe('Rpms of the ground of every system, besides the common ones'),
});

/**
 * A row of mirrors/standins/: what a distribution's stand-in needs to be told besides the row of matrix.yaml. The file's name
 * is the distribution's id.
 */
export const standInSchema = z.discriminatedUnion('family', [apt, rpmMd, stage3]);
export type StandIn = z.infer<typeof standInSchema>;
