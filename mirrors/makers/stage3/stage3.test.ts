import { expect, test } from 'vitest';
import { gentooArch } from './root.ts';
import { lines } from './stage3.ts';

test('parts become packages by the names that are asked for, and need only what the tarball lacks', () => {
  const packages = [
    { name: 'kernel-core', version: '6.12.117_1', requires: ['systemd', 'dracut'] },
    { name: 'dracut', version: '106_6', requires: ['kmod'] },
  ];
  const asked = new Map([['sys-kernel/gentoo-kernel-bin', 'kernel-core']]);
  expect(lines(packages, asked)).toBe(
    'kernel-core sys-kernel/gentoo-kernel-bin-6.12.117 stand-in/dracut\ndracut stand-in/dracut-106\n',
  );
});

test('Gentoo has names of its own for architectures', () => {
  expect(gentooArch('releases/riscv/autobuilds/latest-stage3-rv64_lp64d-systemd.txt')).toBe('riscv');
});
