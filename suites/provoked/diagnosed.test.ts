import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { startOrigin } from '../../mirrors/proxy/origin.test-support.ts';
import type { Cell } from '../../runners/cell/cell.ts';
import { latestInstalled } from '../../runners/cell/kept.ts';
import type { Emit } from '../../runners/events/event.ts';
import { cacheFolder, loneCell, scratchFolder } from '../harness/lone-cell.ts';
import { repack } from '../harness/repack.ts';
import { badArchives } from './diagnosed/bad-archives.ts';
import { badInstalls } from './diagnosed/bad-installs.ts';
import type { BadStart } from './diagnosed/bad-start.ts';
import { endless } from './diagnosed/endless.ts';
import { CHECKS, diagnosesOf, type Expected, expectDiagnosis, tellScore } from './diagnosed/failure.ts';
import { handovers } from './diagnosed/handovers.ts';
import { images } from './diagnosed/images.ts';
import { inKernel, type KernelFailure } from './diagnosed/in-kernel.ts';
import { rebootsOfDebian, rebootsWithDracut } from './diagnosed/in-system.ts';
import { onHost } from './diagnosed/on-host.ts';
import { serveArchives } from './diagnosed/served.ts';
import { stubBoots } from './diagnosed/stub-boots.ts';

/**
 * Failures provoked in real guests, and what the diagnosis makes of each: one right sentence, or this fails. Long; started by
 * hand:
 *
 *     apt-get install cryptsetup-bin
 *     ./stub-matrix run --cell debian13-x86_64-xfs
 *     ./stub-matrix run --cell centos9stream-x86_64-xfs --archive stand-in
 *     pnpm provoked suites/provoked/diagnosed.test.ts
 */

const id = 'debian13-x86_64-xfs';

afterAll(tellScore);

/** Has a cell of its own fail, which `provoke` has opened and brought to where it goes wrong. */
async function expectFailure(
  name: string,
  expected: Expected,
  provoke: (stack: AsyncDisposableStack, emit: Emit) => Promise<Cell>,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const { emit, told } = diagnosesOf();
  const cell = await provoke(stack, emit);
  await expectDiagnosis(cell, told, name, expected);
}

test.for<BadStart>([...stubBoots, ...handovers])('$name', ({ name, cell = id, given, ...expected }) =>
  expectFailure(name, expected, async (stack, emit) => {
    const { options, installed } = await given(await scratchFolder(stack));
    return loneCell(stack, cell, options, installed, emit);
  }),
);

describe('the installer, in one stub after the other', () => {
  const stack = new AsyncDisposableStack();
  const { emit, told } = diagnosesOf();
  let host: string;
  let cell: Cell;

  beforeAll(async () => {
    const origin = stack.use(await startOrigin({}));
    host = await serveArchives(origin, await scratchFolder(stack), stack);
    cell = await loneCell(stack, id, {}, undefined, emit);
    await cell.bootStub();
  });
  afterAll(() => stack.disposeAsync());

  test.for([...badArchives, ...badInstalls])('$name', async ({ name, provoke, ...expected }) => {
    await provoke(cell, host);
    await expectDiagnosis(cell, told, name, expected);
  });
});

test.for(images)('$name', ({ name, change, damage, ...expected }) =>
  expectFailure(name, expected, async (stack, emit) => {
    const folder = await scratchFolder(stack);
    const { image } = await (await loneCell(stack, id)).prepare();
    const squashfs = change ? await repack(image.squashfs, folder, change) : join(folder, 'stub.squashfs');
    if (!change) await copyFile(image.squashfs, squashfs);
    const installed = expected.check === CHECKS.handover ? await latestInstalled({ cacheFolder }, id) : undefined;
    const given = { image: squashfs, kernel: image.kernel, initrd: image.initrd };
    const cell = await loneCell(stack, id, given, installed, emit);
    await damage?.(squashfs);
    return cell;
  }),
);

test.for(onHost)('$name', ({ name, cell: on, provoke, ...expected }) =>
  expectFailure(name, expected, async (stack, emit) => {
    const cell = await loneCell(stack, on, {}, undefined, emit);
    await provoke(cell, stack);
    return cell;
  }),
);

test.for<KernelFailure>([...endless, ...inKernel])('$name', ({ name, provoke, ...expected }) =>
  expectFailure(name, expected, async (stack, emit) => {
    const cell = await loneCell(stack, id, {}, undefined, emit);
    await cell.bootStub();
    await provoke(cell, stack);
    return cell;
  }),
);

test.for([...rebootsOfDebian, ...rebootsWithDracut])(
  '$name',
  ({ name, cell: on = id, archive, provoke, ...expected }) =>
    expectFailure(name, expected, async (stack, emit) => {
      const options = archive ? { archive } : {};
      const cell = await loneCell(stack, on, options, await latestInstalled({ cacheFolder }, on), emit);
      await cell.bootDisk();
      await cell.reachInstalled();
      await provoke(cell);
      return cell;
    }),
);
