import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Cell } from '../../runners/cell/cell.ts';
import { latestInstalled } from '../../runners/cell/kept.ts';
import { run } from '../../runners/process/command.ts';
import { classify } from '../harness/classify.ts';
import { cacheFolder, loneCell, scratchFolder } from '../harness/lone-cell.ts';
import { repack } from '../harness/repack.ts';
import { diagnosesOf, expectDiagnosis, tellScore, verdict } from './diagnosed/failure.ts';
import { endsOfSystems, inInstalledSystem, inSecondSystem, inStub, type Provocation } from './provocations.ts';

/**
 * The checks of the suite, seen to fail: real guests, something broken in each. Long; started by hand after a run of
 * debian13-x86_64-xfs, whose installed disk it works on copies of:
 *
 *     pnpm provoked
 */

const id = 'debian13-x86_64-xfs';

interface Provoked {
  readonly cell: Cell;
  readonly told: ReturnType<typeof diagnosesOf>['told'];
}

async function expectProblem({ cell, told }: Provoked, provocation: Provocation): Promise<void> {
  const { name, provoke, check, status, code, message, diagnosed } = provocation;
  await provoke(cell);
  const said = await expectDiagnosis(cell, told, name, { check, code: diagnosed[0], says: diagnosed[1] });
  console.log(`${said.status} ${said.reason.code}: ${said.reason.message}`);
  expect(said).toMatchObject({ status, reason: { code, message: expect.stringMatching(message) } });
}

async function bootInstalled(stack: AsyncDisposableStack): Promise<Provoked> {
  const { emit, told } = diagnosesOf();
  const cell = await loneCell(stack, id, {}, await latestInstalled({ cacheFolder }, id), emit);
  await cell.bootDisk();
  await cell.reachInstalled();
  return { cell, told };
}

afterAll(tellScore);

describe.each([
  ['in the installed system', inInstalledSystem],
  ['in a second one', inSecondSystem],
])('%s', (_, provocations) => {
  test('each check notices', async () => {
    await using stack = new AsyncDisposableStack();
    const provoked = await bootInstalled(stack);
    for (const provocation of provocations) await expectProblem(provoked, provocation);
  });
});

test.for(endsOfSystems)('$name', async (provocation) => {
  await using stack = new AsyncDisposableStack();
  await expectProblem(await bootInstalled(stack), provocation);
});

test.for(inStub)('$name', async (provocation) => {
  await using stack = new AsyncDisposableStack();
  const { emit, told } = diagnosesOf();
  const cell = await loneCell(stack, id, {}, undefined, emit);
  await cell.bootStub();
  await expectProblem({ cell, told }, provocation);
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
