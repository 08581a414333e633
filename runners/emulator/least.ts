import type { Arch } from '../qemu/arch.ts';
import type { CpuFloor } from '../qemu/cpu.ts';
import { FLOORS } from '../qemu/cpu.ts';
import { atLeast } from '../qemu/version.ts';

/** From which QEMU on guests run as they should, and what happens in an older one. */
export interface Least {
  readonly version: string;
  readonly because: string;
}

/** By the guest's architecture; none where every QEMU that a supported Debian or Ubuntu ships will do. */
const LEAST: Readonly<Partial<Record<Arch, Least>>> = {
  // Fixed by "accel/tcg: Always lock pages before translation", QEMU 8.1.
  x86_64: {
    version: '8.1',
    because: 'emulated kernels now and then die of "Oops: int3": it runs code that another processor has just patched',
  },
};

/** What guests of an architecture need of QEMU, whose programs run on these processors. */
export function leastOf(arch: Arch, floors: readonly CpuFloor[]): readonly Least[] {
  const models = floors.flatMap((floor): Least[] => {
    const { arch: of, since } = FLOORS[floor];
    return of === arch && since ? [{ version: since, because: `it has no ${floor} processor` }] : [];
  });
  return [...(LEAST[arch] ? [LEAST[arch]] : []), ...models];
}

/** Why a QEMU of this version will not do; undefined where it will. */
export function shortcoming(version: string, least: readonly Least[]): string | undefined {
  const unmet = least.filter((each) => !atLeast(version, each.version));
  return unmet.length > 0 ? unmet.map(({ because }) => because).join(', and ') : undefined;
}
