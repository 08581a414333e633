import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { HarnessError, UsageError } from '../../errors.ts';

/**
 * What stands in a failure capsule's `manifest.json`: the machine of a failed cell, as it was before the phase that failed. All
 * paths are from the capsule's folder, so that it can be moved; sockets, ports and logs are made anew when it is opened.
 *
 *     capsule/                 0700
 *       manifest.json          what and why, and the hash of every file below
 *       machine/               kernel, initramfs, stub image; what is installed, and the layers that were written on it
 *       keys/                  0700, its files 0600: the pair that logs in, what unlocks the disk
 *       evidence/              consoles, QEMU's log and command line, the frames on the network, what was had of a hang
 */

const bytesSchema = z.strictObject({ size: z.int(), sha256: z.string() });

/** A part that is too large to be put into each capsule: where it is to be had. */
const absentSchema = bytesSchema.extend({
  /** An entry of the store, and the file in it. */
  store: z.strictObject({ kind: z.string(), key: z.string(), file: z.string() }).optional(),
  /** Absolute path on the host on which the capsule was made. */
  was: z.string(),
});

const manifestSchema = z.strictObject({
  schema: z.literal('stub-matrix capsule 1'),
  made: z.strictObject({ at: z.iso.datetime(), commit: z.string(), qemu: z.string() }),
  cell: z.strictObject({ id: z.string(), distro: z.string(), arch: z.string(), fs: z.string() }),
  /** The folder of the cell's evidence in its run, absolute. */
  from: z.string(),
  failure: z.strictObject({
    /** The last that was begun when it failed; what it began with is what the machine begins with. */
    phase: z.string(),
    code: z.string(),
    message: z.string(),
  }),
  machine: z.strictObject({
    name: z.string(),
    arch: z.enum(['x86_64', 'aarch64', 'riscv64']),
    accelerator: z.enum(['kvm', 'tcg']),
    cpu: z.string().optional(),
    cores: z.int(),
    memoryMiB: z.int(),
    cmdline: z.array(z.string()),
    console: z.enum(['serial', 'hvc0']),
    kernel: z.string(),
    initrd: z.string(),
    stubImage: z.string().optional(),
    /** Name of the credential → its file. */
    credentials: z.record(z.string(), z.string()),
  }),
  /** What it boots from, or is installed on: without layers, and without a tree, it is empty. */
  medium: z.discriminatedUnion('on', [
    /** Each layer lies on the one before it. */
    z.strictObject({ on: z.literal('disk'), gib: z.number(), layers: z.array(z.string()) }),
    z.strictObject({ on: z.literal('share'), tag: z.string(), tree: z.string().optional() }),
    z.strictObject({ on: z.literal('nothing') }),
  ]),
  /** QEMU's command line, with `{sockets}`, `{evidence}` and `{cache}` for those folders. For the reader: it is made anew. */
  argv: z.array(z.string()),
  /** What was typed at stub's shell, or would have been. */
  line: z.string().optional(),
  /** Every file of the capsule but this one. */
  files: z.record(z.string(), bytesSchema),
  /** What the capsule only names. */
  absent: z.record(z.string(), absentSchema),
});

export type Manifest = Readonly<z.infer<typeof manifestSchema>>;
export type Bytes = Readonly<z.infer<typeof bytesSchema>>;
export type Absent = Readonly<z.infer<typeof absentSchema>>;

export const MANIFEST = 'manifest.json';

export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  const text = `${JSON.stringify(manifestSchema.parse(manifest), undefined, 2)}\n`;
  await writeFile(join(folder, MANIFEST), text, { mode: 0o600 });
}

/** @throws UsageError `no-capsule`, HarnessError `capsule-damaged`. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError({
      code: 'no-capsule',
      message: `${folder} is no failure capsule: ${error.code === 'ENOENT' ? `there is no ${MANIFEST} in it` : error.message}`,
      hint: 'give the folder that a run names at its end, such as reports/out/latest/cells/CELL/capsule',
    });
  });
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : String(error);
    throw capsuleDamaged(folder, `${MANIFEST}: ${words}`);
  }
}

/** @param what the file, and what is wrong with it. */
export function capsuleDamaged(folder: string, what: string): HarnessError {
  return new HarnessError({
    code: 'capsule-damaged',
    message: `the capsule ${folder} is damaged, ${what}`,
    hint: 'copy it once more from where it was made',
    evidence: folder,
  });
}
