import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { hashFile } from '../../image/contract.ts';
import { imageArchiveOf } from '../../runners/cell/image.ts';
import { run } from '../../runners/process/command.ts';
import { loneCell, scratchFolder } from '../harness/lone-cell.ts';

test('the same inputs give the same bytes: with another umask, clock, folder for scratch files and number of processors', async () => {
  await using stack = new AsyncDisposableStack();
  const { image, arch } = await (await loneCell(stack, 'debian13-x86_64-xfs')).prepare();
  const archive = await imageArchiveOf({}, new AbortController().signal);
  const { inputs } = JSON.parse(await readFile(join(image.folder, 'manifest.json'), 'utf8'));
  const scratch = await scratchFolder(stack);
  const temporary = join(scratch, 'another place');
  await mkdir(temporary, { mode: 0o755 });

  const again = ['taskset', '--cpu-list', '0', process.execPath, join(import.meta.dirname, 'rebuild.test-support.ts')];
  const what = [scratch, arch, inputs.kernel, image.kernel, archive.uri, archive.date];
  const { stdout } = await run(['sh', '-c', 'umask 077; exec "$@"', 'sh', ...again, ...what], {
    env: { TZ: 'Pacific/Chatham', LC_ALL: 'C', TMPDIR: temporary },
  });
  for (const file of [image.squashfs, image.initrd, image.kernel]) {
    expect(await hashFile(join(stdout.trim(), basename(file))), basename(file)).toBe(await hashFile(file));
  }
});
