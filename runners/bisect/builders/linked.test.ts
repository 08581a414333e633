import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { attempt, run } from '../../process/command.ts';
import { linkedSignature, thinMembers } from './linked.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linked-'));
});
afterEach(() => rm(folder, { recursive: true }));

const hasAr = (await attempt(['ar', '--version']).catch(() => undefined))?.exitCode === 0;
/** Linked from where they are asked for; the archive has their names as seen from its own folder. */
const library = ['argv_split.o', 'bug.o'];
/** A path of fifteen letters gets a mark of its own from ar. */
const fifteen = 'kernel/sysctl.o';
const objects = ['init/main.o', 'kernel/configs.o', 'a.o', fifteen, 'drivers/net/a-name-longer-than-sixteen-letters.o'];

async function built(content: (name: string) => string): Promise<void> {
  for (const name of [...objects, 'arch/x86/kernel/vmlinux.lds', 'arch/x86/boot/compressed/piggy.o', 'left-over.o']) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content(name));
  }
  await rm(join(folder, 'vmlinux.a'), { force: true });
  // As kbuild does.
  await run(['ar', 'cDPrST', 'vmlinux.a', ...objects], { cwd: folder });
  await mkdir(join(folder, 'lib'), { recursive: true });
  for (const name of library) await writeFile(join(folder, 'lib', name), content(`lib/${name}`));
  await rm(join(folder, 'lib/lib.a'), { force: true });
  await run(['ar', 'cDPrsT', 'lib/lib.a', ...library.map((name) => `lib/${name}`)], { cwd: folder });
}

test.skipIf(!hasAr)('the members of an archive that ar has made are read, in order', async () => {
  await built(() => 'x');
  expect(thinMembers(await readFile(join(folder, 'vmlinux.a')))).toEqual(objects);
  expect(() => thinMembers(Buffer.from('!<arch>\n'))).toThrow('no thin archive');
});

test.skipIf(!hasAr)('a kernel is what is linked: not the configuration it carries, nor what lies about', async () => {
  const signature = async (changed: string) => {
    await built((name) => (name === changed ? 'changed' : name));
    return await linkedSignature(folder);
  };
  const plain = await signature('');
  for (const name of ['kernel/configs.o', 'arch/x86/boot/compressed/piggy.o', 'left-over.o']) {
    expect(await signature(name)).toBe(plain);
  }
  for (const name of [
    'init/main.o',
    'drivers/net/a-name-longer-than-sixteen-letters.o',
    'arch/x86/kernel/vmlinux.lds',
    'lib/bug.o',
  ]) {
    expect(await signature(name)).not.toBe(plain);
  }
});
