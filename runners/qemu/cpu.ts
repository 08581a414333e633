import { readFile } from 'node:fs/promises';
import { HarnessError } from '../errors.ts';
import type { Accelerator } from '../host/accelerator.ts';
import { ARCHES, type Arch } from './arch.ts';
import { atLeast } from './version.ts';

/** The least processor that a distribution's programs run on. */
export type CpuFloor = 'x86-64' | 'x86-64-v2' | 'x86-64-v3' | 'armv8-a' | 'rv64gc' | 'rva23';

/** What every processor of an architecture can do. */
export const LEAST: Readonly<Record<Arch, CpuFloor>> = { x86_64: 'x86-64', aarch64: 'armv8-a', riscv64: 'rv64gc' };

interface FloorRow {
  readonly arch: Arch;
  /** QEMU's model under TCG; the architecture's own where there is none. */
  readonly tcg?: string;
  /** The first QEMU whose TCG has it. */
  readonly since?: string;
  /** What a host must have for its own processor to do, as /proc/cpuinfo calls it. */
  readonly flags?: readonly string[];
}

const V2 = ['cx16', 'lahf_lm', 'popcnt', 'sse4_1', 'sse4_2', 'ssse3'];
const V3 = [...V2, 'abm', 'avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'movbe', 'xsave'];

/** Under TCG on x86 one model serves all: booting with `max` takes 4 % more of the host's time than with `qemu64`. */
export const FLOORS: Readonly<Record<CpuFloor, FloorRow>> = {
  'x86-64': { arch: 'x86_64' },
  'x86-64-v2': { arch: 'x86_64', flags: V2 },
  // AVX and AVX2 came to TCG with 7.2.
  'x86-64-v3': { arch: 'x86_64', since: '7.2', flags: V3 },
  'armv8-a': { arch: 'aarch64' },
  rv64gc: { arch: 'riscv64' },
  rva23: { arch: 'riscv64', tcg: 'rva23s64', since: '10.0' },
};

/**
 * QEMU's `-cpu` for a guest whose programs need at least `floor`.
 *
 * @throws HarnessError `cpu-model-missing` where this QEMU is too old for it; `cpu-floor-foreign` for another architecture's.
 */
export function cpuFor(arch: Arch, accelerator: Accelerator, floor: CpuFloor, qemuVersion: string): string {
  const row = FLOORS[floor];
  if (row.arch !== arch) {
    throw new HarnessError({
      code: 'cpu-floor-foreign',
      message: `${floor} is a processor of ${row.arch}, not of ${arch}`,
    });
  }
  if (accelerator !== 'tcg') return ARCHES[arch].cpu[accelerator];
  if (row.since !== undefined && !atLeast(qemuVersion, row.since)) {
    throw new HarnessError({
      code: 'cpu-model-missing',
      message: `${floor} needs QEMU ${row.since} or newer; ${ARCHES[arch].qemu} is ${qemuVersion}`,
      hint: 'a newer QEMU in front of it on PATH is enough',
      command: `${ARCHES[arch].qemu} -cpu help`,
    });
  }
  return row.tcg ?? ARCHES[arch].cpu.tcg;
}

/**
 * Under KVM the guest's processor is this host's, which may be below the floor: then its programs die of instructions that they
 * do not find, and the guest is not to blame.
 *
 * @param cpuinfo the text of /proc/cpuinfo.
 * @returns what the host's processor lacks.
 */
export function missingFlags(floor: CpuFloor, cpuinfo: string): readonly string[] {
  const has = new Set(/^(?:flags|Features)\s*: (.*)$/m.exec(cpuinfo)?.[1]?.split(' '));
  return (FLOORS[floor].flags ?? []).filter((flag) => !has.has(flag));
}

/** @throws HarnessError `cpu-below-floor` where KVM can not give the guest what it needs. */
export async function requireFloor(accelerator: Accelerator, floor: CpuFloor): Promise<void> {
  if (accelerator !== 'kvm') return;
  const missing = missingFlags(floor, await readFile('/proc/cpuinfo', 'utf8'));
  if (missing.length === 0) return;
  throw new HarnessError({
    code: 'cpu-below-floor',
    message: `the distribution needs ${floor}; this host's processor, which KVM lends to the guest, lacks ${missing.join(', ')}`,
    hint: 'TCG can emulate it',
  });
}
