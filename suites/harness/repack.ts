import { join } from 'node:path';
import { run } from '../../runners/process/command.ts';

/** A copy of a squashfs in which `change` was at work on the unpacked tree. @returns its path, in `folder`. */
export async function repack(
  squashfs: string,
  folder: string,
  change: (tree: string) => Promise<void>,
): Promise<string> {
  const tree = join(folder, 'tree');
  const changed = join(folder, 'changed.squashfs');
  await run(['unsquashfs', '-quiet', '-no-progress', '-dest', tree, squashfs]);
  await change(tree);
  await run(['mksquashfs', tree, changed, '-quiet', '-no-progress', '-all-root', '-comp', 'lz4']);
  return changed;
}
