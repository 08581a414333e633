import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Cell } from '../../runners/cell/cell.ts';
import { keptDisk } from '../../runners/cell/disks.ts';
import { loadMatrix } from '../../runners/matrix/load.ts';
import type { RunOptions } from '../../runners/matrix/options.ts';
import { makePlan } from '../../runners/matrix/plan.ts';
import { run } from '../../runners/process/command.ts';
import { suite } from '../cell.ts';
import { classify, type Problem } from '../harness/classify.ts';
import { endsOfSystems, inInstalledSystem, inSecondSystem, inStub, type Provocation } from './provocations.ts';

/**
 * The checks of the suite, seen to fail: real guests, something broken in each. Long; started by hand after a run of
 * debian13-x86_64-xfs, whose installed disk it works on copies of:
 *
 *     pnpm provoked
 */

const id = 'debian13-x86_64-xfs';
const [planned] = makePlan(loadMatrix(), { cell: [id] }).run;
if (!planned) throw new Error(`${id} is not in the matrix`);

const options: RunOptions = {
  keep: false,
  jobs: 1,
  console: 'serial',
  cacheFolder: process.env.STUB_MATRIX_CACHE ?? join(homedir(), '.cache/stub-matrix'),
  outFolder: tmpdir(),
};

/** A cell in a folder of its own; both are gone at the end. */
async function openCell(
  stack: AsyncDisposableStack,
  changes: Partial<RunOptions> = {},
  installed?: string,
): Promise<Cell> {
  const folder = await mkdtemp(join(tmpdir(), 'provoked-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const { signal } = new AbortController();
  const given = { options: { ...options, ...changes }, folder, emit: () => {}, signal };
  const cell = stack.use(await Cell.open(planned as NonNullable<typeof planned>, given, installed));
  await cell.prepare();
  return cell;
}

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
  const cell = await openCell(stack, {}, keptDisk(options.cacheFolder, id));
  await cell.bootDisk();
  expect(await cell.reachInstalled()).toEqual([]);
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
  const cell = await openCell(stack);
  await cell.bootStub();
  await expectProblem(cell, provocation);
});

test('a disk too small', async () => {
  await using stack = new AsyncDisposableStack();
  const cell = await openCell(stack);
  await run(['qemu-img', 'resize', '-q', '--shrink', cell.disk, '1G']);
  await cell.bootStub();
  const said = await verdict(cell, 'the installer, typed at that shell, ends well');
  expect(said).toMatchObject({
    status: 'failed',
    reason: { code: 'installer-failed', message: expect.stringMatching(/has 1024 MiB, an install needs 2048/) },
  });
});

test('an archive that the host cannot reach either', async () => {
  await using stack = new AsyncDisposableStack();
  const said = await openCell(stack, { mirror: 'http://127.0.0.1:9/debian' }).then(() => 'passed', classify);
  expect(said).toMatchObject({ status: 'error', reason: { code: 'archive-unreachable' } });
});

test("an image without the kexec plugin: stub comes back, and it is the guest's fault", async () => {
  await using stack = new AsyncDisposableStack();
  const { image } = await (await openCell(stack)).prepare();
  const folder = await mkdtemp(join(tmpdir(), 'provoked-image-'));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const tree = join(folder, 'tree');
  const squashfs = join(folder, 'without-plugin.squashfs');
  await run(['unsquashfs', '-quiet', '-no-progress', '-dest', tree, image.squashfs]);
  await rm(join(tree, 'usr/lib/stub/init.d/50-kexec-boot'));
  await run(['mksquashfs', tree, squashfs, '-quiet', '-no-progress', '-comp', 'lz4']);

  const cell = await openCell(stack, { image: squashfs }, keptDisk(options.cacheFolder, id));
  await cell.bootDisk();
  const said = await cell.reachInstalled().then(() => 'passed', classify);
  expect(said).toMatchObject({
    status: 'failed',
    reason: { code: 'kexec-not-done', message: expect.stringMatching(/stub came up instead of the installed system/) },
  });
});
