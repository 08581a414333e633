import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { MANIFEST, type Manifest } from '../runners/cell/capsule/manifest.ts';
import { attempt } from '../runners/process/command.ts';
import { checkout } from './options.ts';

const folder = await mkdtemp(join(tmpdir(), 'reopen-'));
afterAll(() => rm(folder, { recursive: true }));

const manifest: Manifest = {
  schema: 'stub-matrix capsule 1',
  made: { at: new Date().toISOString(), commit: 'unknown', qemu: '7.2.22' },
  cell: { id: 'debian13-riscv64-xfs', distro: 'debian13', arch: 'riscv64', fs: 'xfs' },
  from: '/elsewhere',
  failure: { phase: 'install', code: 'hung', message: 'the guest hangs' },
  machine: {
    name: 'guest',
    arch: 'riscv64',
    accelerator: 'tcg',
    cores: 2,
    memoryMiB: 2048,
    cmdline: [],
    console: 'serial',
    kernel: 'machine/kernel',
    initrd: 'machine/initrd',
    credentials: {},
  },
  medium: { on: 'disk', gib: 20, layers: [] },
  argv: [],
  files: {},
  absent: {},
};

test('on a host without the capsule’s QEMU, what to install is named', async () => {
  await writeFile(join(folder, MANIFEST), JSON.stringify(manifest));
  const argv = [process.execPath, join(checkout, 'cli/main.ts'), 'reopen', '--no-install', folder] as const;
  const { exitCode, stderr } = await attempt(argv, { env: { PATH: '/nonexistent' } });
  expect(stderr).toContain('qemu-system-riscv64 (qemu-system-riscv or qemu-system-misc) is the machine under test');
  expect(stderr).not.toContain('qemu-system-x86');
  expect(stderr).toMatch(/\$ .*apt-get install/);
  expect(exitCode).toBe(125);
});
