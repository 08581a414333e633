import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../runners/process/command.ts';
import { cpio } from './cpio.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cpio-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('what cpio reads is what was put in, whatever the lengths', async () => {
  const contents = ['', 'a', 'four', 'five5'];
  const archive = cpio([
    { path: 'bin', mode: 0o755 },
    ...contents.map((content, index) => ({
      path: `bin/file${'x'.repeat(index)}`,
      mode: 0o640,
      content: Buffer.from(content),
    })),
  ]);
  await writeFile(join(folder, 'archive'), archive);
  await run(['cpio', '--extract', '--quiet', '--file', 'archive'], { cwd: folder });
  const names = (await readdir(join(folder, 'bin'))).sort();
  expect(names).toEqual(['file', 'filex', 'filexx', 'filexxx']);
  expect(await Promise.all(names.map((name) => readFile(join(folder, 'bin', name), 'utf8')))).toEqual(contents);
  expect((await stat(join(folder, 'bin/filex'))).mode & 0o7777).toBe(0o640);
});
