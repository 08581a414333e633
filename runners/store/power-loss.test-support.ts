import { randomBytes } from 'node:crypto';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../process/command.ts';
import { Store } from './store.ts';
import { verify } from './verify.ts';

/**
 * Run in a mount namespace of its own. The file behind a mounted loop device holds what the filesystem has handed to its disk;
 * what it still keeps in memory is missing there, as it is after a loss of power.
 */
const [folder = ''] = process.argv.slice(2);
const [disk, root] = [join(folder, 'disk'), join(folder, 'mounted')];
const [diskAfter, rootAfter] = [join(folder, 'disk-after'), join(folder, 'mounted-after')];

await run(['truncate', '--size', '64M', disk]);
await run(['mkfs.ext4', '-q', disk]);
await run(['mkdir', root, rootAfter]);
await run(['mount', '-o', 'loop', disk, root]);
await new Store(root).obtain('images', { a: 1 }, async (draft) => {
  await run(['mkdir', join(draft, 'boot')]);
  await writeFile(join(draft, 'boot/kernel'), randomBytes(2 ** 21));
});
await cp(disk, diskAfter);
await run(['mount', '-o', 'loop', diskAfter, rootAfter]);
const verdicts: string[][] = [];
for await (const { damage } of verify(rootAfter)) verdicts.push([...damage]);
console.log(JSON.stringify(verdicts));
