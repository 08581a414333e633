import { dirname } from 'node:path';
import { cpio, type Member } from '../../../image/cpio.ts';

/** An archive to put behind that of an initramfs, at a multiple of four bytes: its files take the place of those of that name. */
export function filesInInitramfs(files: Readonly<Record<string, string>>): Buffer {
  const folders = new Map<string, Member>();
  for (const path of Object.keys(files)) {
    const parts = dirname(path).split('/');
    for (const [index] of parts.entries()) {
      const folder = parts.slice(0, index + 1).join('/');
      folders.set(folder, { path: folder, mode: 0o755 });
    }
  }
  const members = Object.entries(files).map(([path, text]) => ({
    path,
    mode: 0o755,
    content: Buffer.from(`${text}\n`),
  }));
  return cpio([...folders.values(), ...members]);
}
