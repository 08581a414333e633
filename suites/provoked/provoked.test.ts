import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cell } from '../../runners/cell/cell.ts';
import { latestInstalled } from '../../runners/cell/kept.ts';
import { run } from '../../runners/process/command.ts';
import { suite } from '../cell.ts';
import { classify, type Problem } from '../harness/classify.ts';
import { cacheFolder, loneCell, scratchFolder } from '../harness/lone-cell.ts';
import { repack } from '../harness/repack.ts';
import { endsOfSystems, inInstalledSystem, inSecondSystem, inStub, type Provocation } from './provocations.ts';

/**
 * The checks of the suite, seen to fail: real guests, something broken in each. Long; started by hand after a run of
 * debian13-x86_64-xfs, whose installed disk it works on copies of:
 *
 *     pnpm provoked
 */

const id = 'debian13-x86_64-xfs';

/** What the suite says when its check of this title runs. */
async function verdict(cell: Cell, title: string): Promise<Problem | 'passed'> {
  const check = suite.checks.find((each) => each.title === title);
  if (!check) throw new Error(`the suite has no check "${title}"`);
  try {
    await check.body(cell);
    return 'passed';
  } catch (error) {
    return classify(error);
  }
}

async function expectProblem(cell: Cell, { provoke, check, status, code, message }: Provocation): Promise<void> {
  await provoke(cell);
  const said = await verdict(cell, check);
  console.log(typeof said === 'string' ? said : `${said.status} ${said.reason.code}: ${said.reason.message}`);
  expect(said).toMatchObject({ status, reason: { code, message: expect.stringMatching(message) } });
}

async function bootInstalled(stack: AsyncDisposableStack): Promise<Cell> {
  const cell = await loneCell(stack, id, {}, await latestInstalled({ cacheFolder }, id));
  await cell.bootDisk();
  await cell.reachInstalled();
  return cell;
}

describe.each([
  ['in the installed system', inInstalledSystem],
  ['in a second one', inSecondSystem],
])('%s', (_, provocations) => {
  test('each check notices', async () => {
    await using stack = new AsyncDisposableStack();
    const cell = await bootInstalled(stack);
    for (const provocation of provocations) await expectProblem(cell, provocation);
  });
});

test.for(endsOfSystems)('$name', async (provocation) => {
  await using stack = new AsyncDisposableStack();
  await expectProblem(await bootInstalled(stack), provocation);
});

test.for(inStub)('$name', async (provocation) => {
  await using stack = new AsyncDisposableStack();
  const cell = await loneCell(stack, id);
  await cell.bootStub();
  await expectProblem(cell, provocation);
});

test('a disk too small', async () => {
  await using stack = new AsyncDisposableStack();
  const cell = await loneCell(stack, id);
  await run(['qemu-img', 'resize', '-q', '--shrink', (await cell.disk()) ?? '', '1G']);
  await cell.bootStub();
  const said = await verdict(cell, 'the installer, typed at that shell, ends well');
  expect(said).toMatchObject({
    status: 'failed',
    reason: { code: 'installer-failed', message: expect.stringMatching(/has 1024 MiB, an install needs 2048/) },
  });
});

test('an archive that the host cannot reach either', async () => {
  await using stack = new AsyncDisposableStack();
  const said = await loneCell(stack, id, { mirror: 'http://127.0.0.1:9/debian' }).then(() => 'passed', classify);
  expect(said).toMatchObject({ status: 'error', reason: { code: 'archive-unreachable' } });
});

test("an image without the kexec plugin: stub comes back, and it is the guest's fault", async () => {
  await using stack = new AsyncDisposableStack();
  const { image } = await (await loneCell(stack, id)).prepare();
  const squashfs = await repack(image.squashfs, await scratchFolder(stack), (tree) =>
    rm(join(tree, 'usr/lib/stub/init.d/50-kexec-boot')),
  );

  const cell = await loneCell(stack, id, { image: squashfs }, await latestInstalled({ cacheFolder }, id));
  await cell.bootDisk();
  const said = await cell.reachInstalled().then(() => 'passed', classify);
  expect(said).toMatchObject({
    status: 'failed',
    reason: { code: 'kexec-not-done', message: expect.stringMatching(/stub came up instead of the installed system/) },
  });
});
