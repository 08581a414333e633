import { expect, test } from 'vitest';
import { leastOf, shortcoming } from './least.ts';

test.each([
  ['7.2.22', 'x86_64', ['x86-64'], /Oops: int3/],
  ['8.1.0', 'x86_64', ['x86-64'], undefined],
  ['10.0.13', 'x86_64', ['x86-64', 'x86-64-v3'], undefined],
  ['7.1', 'x86_64', ['x86-64-v3'], /Oops: int3.*, and it has no x86-64-v3 processor/],
  ['7.2.22', 'aarch64', ['armv8-a'], undefined],
  ['7.2.22', 'riscv64', ['rv64gc'], undefined],
  ['9.2.0', 'riscv64', ['rv64gc', 'rva23'], /it has no rva23 processor/],
  // Another architecture's processors are nobody's business here.
  ['7.2.22', 'aarch64', ['rva23'], undefined],
] as const)('QEMU %s for %s guests on %j', (version, arch, floors, reason) => {
  const said = shortcoming(version, leastOf(arch, floors));
  if (reason) expect(said).toMatch(reason);
  else expect(said).toBeUndefined();
});
