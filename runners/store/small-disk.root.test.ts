import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../process/command.ts';

test.runIf(process.getuid?.() === 0)('a disk that is full, and one that can only be read', async () => {
  const root = await mkdtemp(join(tmpdir(), 'small-disk-'));
  const script = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1"';
  const support = join(import.meta.dirname, 'small-disk.test-support.ts');
  const { stdout } = await run(['unshare', '--mount', 'sh', '-c', script, 'sh', root, process.execPath, support]);
  await rm(root, { recursive: true });
  expect(JSON.parse(stdout)).toEqual({
    first: { reused: false },
    full: {
      code: 'store-full',
      message: expect.stringMatching(/^no space is left to make images\/\w{20}: 0\.0 GiB are free in /),
      command: `./stub-matrix store gc --max 1G --cache ${root}`,
    },
    after: { reused: true },
    readOnly: {
      hit: { reused: true },
      miss: { code: 'store-not-writable', message: expect.stringContaining('EROFS'), command: expect.any(String) },
    },
  });
});
