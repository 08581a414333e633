import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../runners/errors.ts';
import { attempt, run } from '../runners/process/command.ts';
import type { Store } from '../runners/store/store.ts';
import type { StubImage } from './build.ts';

/** Where the builders of stub images leave kernel and initramfs in the squashfs: ours and genpack's first, then Debian's. */
const KERNELS = ['boot/kernel', 'boot/vmlinuz', 'kernel', 'vmlinuz'];
const INITRAMFSES = ['boot/initramfs', 'boot/initramfs.img', 'boot/initrd.img', 'initramfs', 'initrd.img'];

/** Absolute paths of what is booted in place of what the image holds. */
export interface Replacements {
  readonly kernel?: string | undefined;
  readonly initrd?: string | undefined;
}

/**
 * A stub image that somebody else built, opened by the contract of the `vm` tool: its kernel and initramfs are taken out of
 * the squashfs, where they are not replaced, and kept in the store under the hash of the file.
 *
 * @throws UsageError `not-a-squashfs`, `no-kernel-in-image`
 */
export async function openImage(file: string, store: Store, replaced: Replacements = {}): Promise<StubImage> {
  const listing = await attempt(['unsquashfs', '-ls', '-d', '', file]);
  if (listing.exitCode !== 0) {
    throw new UsageError({
      code: 'not-a-squashfs',
      message: `${file} is no squashfs: ${listing.stderr.trim() || listing.stdout.trim()}`,
      hint: 'give the file itself, as stub-ARCH.squashfs is distributed',
      command: `file ${file}`,
    });
  }
  const paths = new Set(listing.stdout.split('\n').map((line) => line.replace(/^\//, '')));
  const pick = (names: readonly string[], what: string, flag: string): string => {
    const found = names.find((name) => paths.has(name));
    if (found) return found;
    throw new UsageError({
      code: 'no-kernel-in-image',
      message: `${file} holds no ${what}; looked for ${names.join(', ')}`,
      hint: `give it with ${flag}`,
    });
  };
  const taken = {
    ...(replaced.kernel ? {} : { kernel: pick(KERNELS, 'kernel', '--kernel') }),
    ...(replaced.initrd ? {} : { initramfs: pick(INITRAMFSES, 'initramfs', '--initrd') }),
  };
  const entry = await store.obtain('foreign-images', { sha256: await hashFile(file), ...taken }, async (folder) => {
    // Without names it would unpack all there is.
    if (Object.keys(taken).length === 0) return;
    await run(['unsquashfs', '-quiet', '-no-progress', '-dest', join(folder, 'tree'), file, ...Object.values(taken)]);
    for (const [name, path] of Object.entries(taken)) {
      await run(['cp', '--dereference', join(folder, 'tree', path), join(folder, name)]);
    }
    await run(['rm', '-r', join(folder, 'tree')]);
  });
  return {
    key: entry.key,
    reused: entry.reused,
    folder: entry.folder,
    squashfs: file,
    kernel: replaced.kernel ?? join(entry.folder, 'kernel'),
    initrd: replaced.initrd ?? join(entry.folder, 'initramfs'),
  };
}

/** SHA-256 of a file's bytes, hex. */
export async function hashFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
