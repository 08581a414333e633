import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { HarnessError } from '../../errors.ts';

/**
 * What a built kernel is made of, as one hash: the objects that were linked, the libraries that the linker took from where they
 * were asked for, the linker's script, and the parts that start it.
 * Left out is the copy of the configuration that the kernel carries, so that configurations which compile to the same have the
 * same signature. Objects of earlier builds that lie about in the folder do not count.
 *
 * @param objects the folder in which the kernel was built, with nobody else working in it
 */
export async function linkedSignature(objects: string): Promise<string> {
  const linked: string[] = [];
  // Without modules the libraries are beside vmlinux.a and not in it.
  for (const archive of ['vmlinux.a', ...(await libraries(objects))]) {
    const beside = archive === 'vmlinux.a' ? '' : dirname(archive);
    const members = thinMembers(await readFile(join(objects, archive)));
    linked.push(...members.map((member) => join(beside, member)));
  }
  const around: string[] = [];
  for await (const path of glob(['arch/*/kernel/vmlinux.lds', 'arch/*/boot/**/*.o'], { cwd: objects }))
    around.push(path);
  const hash = createHash('sha256');
  for (const path of [...linked, ...around.toSorted()].filter((each) => !CARRIES_OTHERS.test(each))) {
    const bytes = createHash('sha256').update(await readFile(join(objects, path)));
    hash.update(`${path} ${bytes.digest('hex')}\n`);
  }
  return hash.digest('hex');
}

async function libraries(objects: string): Promise<string[]> {
  const found: string[] = [];
  for await (const path of glob(['lib/lib.a', 'arch/*/lib/lib.a', 'drivers/firmware/efi/libstub/lib.a'], {
    cwd: objects,
  }))
    found.push(path);
  return found.toSorted();
}

/** The configuration, and the compressed kernel that has it in it. */
const CARRIES_OTHERS = /(^|\/)(configs|piggy)\.o$/;

const HEADER = 60;

/**
 * The members of a thin archive of ar(1), which has their paths and not their bytes, in the order in which they are linked.
 *
 * @throws HarnessError `not-a-thin-archive`
 */
export function thinMembers(archive: Buffer): string[] {
  const text = (from: number, to: number) => archive.toString('latin1', from, to);
  if (text(0, 8) !== '!<thin>\n') {
    throw new HarnessError({
      code: 'not-a-thin-archive',
      message: 'vmlinux.a is no thin archive: kbuild makes others than 6.12 does',
    });
  }
  let names = '';
  const members: string[] = [];
  for (let at = 8; at + HEADER <= archive.length; ) {
    const name = text(at, at + 16).trimEnd();
    const size = Number(text(at + 48, at + 58));
    const body = at + HEADER;
    const isTable = name === '/' || name === '//' || name === '/SYM64/';
    if (name === '//') names = text(body, body + size);
    if (!isTable) {
      // A path of fifteen letters has a second slash, in the last of the sixteen places.
      const long = /^\/(\d+) *\/?$/.exec(name)?.[1];
      members.push(long === undefined ? name.replace(/\/$/, '') : nameAt(names, Number(long)));
    }
    // Only the tables have bytes here, padded to an even number.
    at = body + (isTable ? size + (size % 2) : 0);
  }
  return members;
}

const nameAt = (names: string, at: number) => names.slice(at, names.indexOf('/\n', at));
