import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../process/command.ts';

test.runIf(process.getuid?.() === 0)('an entry that was obtained is there, whole, after a loss of power', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'power-loss-'));
  const support = join(import.meta.dirname, 'power-loss.test-support.ts');
  const { stdout } = await run(['unshare', '--mount', process.execPath, support, folder]);
  await rm(folder, { recursive: true });
  // One entry, and nothing wrong with it.
  expect(JSON.parse(stdout)).toEqual([[]]);
});
