import { expect, test } from 'vitest';
import { ARCHES } from './arch.ts';
import { cpuFor, FLOORS, missingFlags } from './cpu.ts';
import { atLeast } from './version.ts';

test('the model depends on the floor and the accelerator', () => {
  expect(cpuFor('x86_64', 'tcg', 'x86-64', '6.2.0')).toBe('max');
  expect(cpuFor('x86_64', 'tcg', 'x86-64-v3', '7.2.22')).toBe('max');
  expect(cpuFor('x86_64', 'kvm', 'x86-64-v3', '6.2.0')).toBe('host');
  expect(cpuFor('aarch64', 'tcg', 'armv8-a', '7.2.22')).toBe(ARCHES.aarch64.cpu.tcg);
  expect(cpuFor('riscv64', 'tcg', 'rv64gc', '7.2.22')).toBe('rv64');
  expect(cpuFor('riscv64', 'tcg', 'rva23', '10.0.2')).toBe('rva23s64');
});

test('a QEMU that is too old is told with what it would have to be', () => {
  expect(() => cpuFor('riscv64', 'tcg', 'rva23', '7.2.22')).toThrow(
    expect.objectContaining({
      fault: 'harness',
      code: 'cpu-model-missing',
      message: 'rva23 needs QEMU 10.0 or newer; qemu-system-riscv64 is 7.2.22',
    }),
  );
  expect(() => cpuFor('x86_64', 'tcg', 'x86-64-v3', '7.1.0')).toThrow(/needs QEMU 7.2 or newer/);
  expect(() => cpuFor('aarch64', 'tcg', 'rva23', '10.0.2')).toThrow(
    expect.objectContaining({ code: 'cpu-floor-foreign' }),
  );
});

test('versions are compared number by number', () => {
  expect(atLeast('10.0.2', '7.2')).toBe(true);
  expect(atLeast('7.2.22', '7.2')).toBe(true);
  expect(atLeast('7.2', '7.2.1')).toBe(false);
  expect(atLeast('7.10.0', '7.9')).toBe(true);
  expect(atLeast('8.0.0', '10.0')).toBe(false);
});

test('a host is asked for what its processor has', () => {
  const nehalem = 'processor\t: 0\nflags\t\t: fpu cx16 lahf_lm popcnt sse4_1 sse4_2 ssse3\n\n';
  expect(missingFlags('x86-64', '')).toEqual([]);
  expect(missingFlags('x86-64-v2', nehalem)).toEqual([]);
  expect(missingFlags('x86-64-v2', '')).toEqual(FLOORS['x86-64-v2'].flags);
  expect(missingFlags('x86-64-v3', nehalem)).toContain('avx2');
});
