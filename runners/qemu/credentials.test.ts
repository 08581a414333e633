import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from '../process/command.ts';
import type { MachineSpec } from './argv.ts';
import { initrdOf, prepareInitrd } from './credentials.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'credentials-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function spec(changes: Partial<MachineSpec>): MachineSpec {
  return {
    name: 'guest',
    arch: 'riscv64',
    accelerator: 'tcg',
    cores: 1,
    memoryMiB: 256,
    kernel: '/kernel',
    initrd: join(folder, 'plain'),
    cmdline: [],
    credentials: {},
    sockets: { qmp: join(folder, 'qmp'), console: '/console', agent: '/agent' },
    console: 'serial',
    consoleLog: '/log',
    pvpanic: false,
    ...changes,
  };
}

test('the initramfs comes first, and behind it cpio finds what was given, byte for byte', async () => {
  await writeFile(join(folder, 'plain'), 'odd');
  const secret = Buffer.from([0, 1, 0xff, 10, 13]);
  await writeFile(join(folder, 'secret'), secret);
  const guest = spec({ credentials: { 'some.key': join(folder, 'secret'), empty: '/dev/null' } });
  await prepareInitrd(guest);
  const made = await readFile(initrdOf(guest));
  expect(made.subarray(0, 4).toString('latin1')).toBe('odd\0');
  const cpio = { input: made.subarray(4), cwd: folder };
  const { stdout } = await run(['cpio', '-tv', '--quiet'], cpio);
  expect(stdout).toMatch(/^drwx------ .* root .* credentials\n-r-------- .* 5 .* credentials\/some\.key\n-r-------- /s);
  await run(['cpio', '-idm', '--quiet', '--no-preserve-owner'], cpio);
  expect(await readFile(join(folder, 'credentials/some.key'))).toEqual(secret);
  expect(await readFile(join(folder, 'credentials/empty'))).toEqual(Buffer.alloc(0));
});

test('where there is nothing to hand over, or a device to do it, the initramfs stays what it is', async () => {
  for (const guest of [spec({}), spec({ arch: 'aarch64', credentials: { a: '/f' } })]) {
    await prepareInitrd(guest);
    expect(initrdOf(guest)).toBe(join(folder, 'plain'));
  }
});

test('a name that leads elsewhere is refused', async () => {
  const guest = spec({ credentials: { '../init': '/dev/null' } });
  await expect(prepareInitrd(guest)).rejects.toMatchObject({ fault: 'harness', code: 'credential-name' });
});
