import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** `obj-$(CONFIG_XFS_FS) += xfs.o`, `xfs-y := …`; `foo-$(CONFIG_BAR) += bar.o` is a part of foo only where BAR is on. */
const ASSIGNMENT = /^([\w-]+)-(?:(y|objs)|\$\(CONFIG_(\w+)\))\s*[:+]?=(.*)$/;

/**
 * By option, about how many objects of its own it has: those that the Makefiles of a source tree name for it. Whole folders that
 * are entered for an option are not counted, since what is in them mostly asks for options of its own.
 *
 * @param source the tree; absolute
 */
export async function ownObjectsIn(source: string): Promise<Map<string, number>> {
  const own = new Map<string, number>();
  for await (const file of glob(
    '{arch,block,crypto,drivers,fs,init,io_uring,ipc,kernel,lib,mm,net,security,sound,virt}/**/{Makefile,Kbuild}',
    { cwd: source },
  )) {
    for (const [option, count] of ownObjectsOf(await readFile(join(source, file), 'utf8'))) {
      own.set(option, (own.get(option) ?? 0) + count);
    }
  }
  return own;
}

/** The same of the text of one Makefile. */
export function ownObjectsOf(text: string): Map<string, number> {
  const parts = new Map<string, number>();
  const asked: { readonly option: string; readonly objects: readonly string[] }[] = [];
  for (const line of text.replaceAll(/\\\n/g, ' ').split('\n')) {
    const [, name = '', always, option, words = ''] = ASSIGNMENT.exec(line) ?? [];
    const objects = Array.from(words.matchAll(/([\w./-]+)\.o\b/g), ([, object]) => object as string);
    if (option) asked.push({ option, objects });
    else if (always && name !== 'obj') parts.set(name, (parts.get(name) ?? 0) + objects.length);
  }
  const own = new Map<string, number>();
  for (const { option, objects } of asked) {
    const count = objects.reduce((sum, object) => sum + (parts.get(object) ?? 1), 0);
    own.set(option, (own.get(option) ?? 0) + count);
  }
  return own;
}
