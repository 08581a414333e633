import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { overwrite } from './disks.ts';
import { CHECKS, type Expected } from './failure.ts';

/** An image of stub with something wrong in it. */
export interface BadImage extends Expected {
  readonly name: string;
  /** What is changed in it before it is packed again. */
  readonly change?: (tree: string) => Promise<void>;
  /** What is done to the file once everything has been looked at and is ready. */
  readonly damage?: (file: string) => Promise<void>;
}

const PLUGIN = 'usr/lib/stub/init.d/50-kexec-boot';

/** Writes zeros over a part of a file, given in fractions of its length. */
const zeros = (from: number, to: number) => async (path: string) => {
  const { size } = await stat(path);
  await overwrite(path, Buffer.alloc(Math.floor(size * (to - from))), Math.floor(size * from));
};

export const images: readonly BadImage[] = [
  {
    name: 'an image whose beginning is gone',
    damage: zeros(0, 0.01),
    check: CHECKS.boot,
    code: 'stub-no-squashfs',
    says: /no squashfs on \/dev\/vda/,
  },
  {
    name: 'an image with a hole in it',
    damage: zeros(0.05, 0.9),
    check: CHECKS.boot,
    code: 'squashfs-damaged',
    says: /squashfs is damaged/,
  },
  {
    name: 'an image without the boot plugin',
    change: (tree) => rm(join(tree, PLUGIN)),
    check: CHECKS.handover,
    code: 'kexec-not-tried',
    says: /boot plugin did not run/,
  },
  {
    name: 'a boot plugin that breaks off',
    change: (tree) => writeFile(join(tree, PLUGIN), '#!/bin/sh\necho "this never worked"\nexit 3\n', { mode: 0o755 }),
    check: CHECKS.handover,
    code: 'stub-plugin-failed',
    says: /50-kexec-boot ended with status 3/,
  },
];
