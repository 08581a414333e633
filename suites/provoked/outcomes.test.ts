import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { latestInstalled } from '../../runners/cell/kept.ts';
import { testGuest } from '../../runners/host/test-guest.ts';
import { awaitRootShell } from '../../runners/machine/system.ts';
import { classify, type Problem } from '../harness/classify.ts';
import { cacheFolder, loneCell, scratchFolder } from '../harness/lone-cell.ts';

/**
 * What a user gives that cannot work, and the outcome: whose fault it is called, and in which words. Beside the provocations,
 * since nothing is broken in a running guest here.
 */

const id = 'debian13-x86_64-xfs';

const problem = (status: Problem['status'], code: string, message: RegExp) => ({
  status,
  reason: { code, message: expect.stringMatching(message) },
});

/** Needs `./stub-matrix run --cell debian13-x86_64-luks` before. */
describe('an encrypted disk', () => {
  const encrypted = 'debian13-x86_64-luks';

  test('with another key: stub says so and stays up', async () => {
    await using stack = new AsyncDisposableStack();
    const luksKey = join(await scratchFolder(stack), 'luks');
    await writeFile(luksKey, 'another key');
    const installed = { ...(await latestInstalled({ cacheFolder }, encrypted)), luksKey };
    const cell = await loneCell(stack, encrypted, {}, installed);
    await cell.bootDisk();
    const said = await cell.reachInstalled().then(() => 'passed', classify);
    expect(said).toMatchObject(problem('failed', 'kexec-not-done', /stub\.luks-key\) does not open it/));
    await awaitRootShell(cell.machine, { awaiting: "stub's root shell", timeout: 120 }, 0);
    expect(await cell.guest.shell('hostname')).toBe(cell.hostName);
  });

  test('without a key: stub says so and stays up', async () => {
    await using stack = new AsyncDisposableStack();
    const { luksKey: _, ...installed } = await latestInstalled({ cacheFolder }, encrypted);
    const cell = await loneCell(stack, encrypted, {}, installed);
    await cell.bootDisk();
    const said = await cell.reachInstalled().then(() => 'passed', classify);
    expect(said).toMatchObject(problem('failed', 'kexec-not-done', /encrypted and the machine has no key for it/));
  });
});

test('a disk that gets full in the middle of an install', async () => {
  await using stack = new AsyncDisposableStack();
  const cell = await loneCell(stack, id);
  await cell.bootStub();
  const fill = 'until mountpoint -q /mnt/target; do sleep 0.5; done; fallocate -l 19500M /mnt/target/ballast';
  await cell.guest.shell(`(${fill}) > /dev/null 2>&1 &`);
  const said = await cell.install().then(() => 'passed', classify);
  expect(said).toMatchObject(problem('failed', 'installer-failed', /no space left on the new root/));
});

describe('a kernel', () => {
  test('that lacks the drivers: the initramfs names what is missing', async () => {
    await using stack = new AsyncDisposableStack();
    const { kernel } = await testGuest();
    const cell = await loneCell(stack, id, { kernel });
    const said = await cell.bootStub().then(() => 'passed', classify);
    expect(said).toMatchObject(problem('failed', 'stub-initramfs', /no block device \/dev\/vda after 10 s/));
  });

  test('that is none: QEMU refuses it, and its words are told', async () => {
    await using stack = new AsyncDisposableStack();
    const kernel = join(await scratchFolder(stack), 'kernel');
    await writeFile(kernel, 'no kernel\n'.repeat(1000));
    const cell = await loneCell(stack, id, { kernel });
    const said = await cell.bootStub().then(() => 'passed', classify);
    expect(said).toMatchObject(problem('error', 'qemu-start-failed', /kernel/));
  });
});

test('a squashfs that is none is refused before anything starts', async () => {
  await using stack = new AsyncDisposableStack();
  const image = join(await scratchFolder(stack), 'stub.squashfs');
  await writeFile(image, 'no squashfs\n'.repeat(1000));
  const said = await loneCell(stack, id, { image }).then(() => 'passed', classify);
  expect(said).toMatchObject(problem('error', 'not-a-squashfs', /is no squashfs/));
});
