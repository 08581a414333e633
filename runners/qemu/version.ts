import { HarnessError } from '../errors.ts';
import { run } from '../process/command.ts';
import { ARCHES, type Arch } from './arch.ts';

/** Asks QEMU for its version, `7.2.22`. @throws HarnessError as `run` does when QEMU is missing. */
export async function qemuVersion(arch: Arch): Promise<string> {
  const argv = [ARCHES[arch].qemu, '--version'] as const;
  const { stdout } = await run(argv, { purpose: 'Asking QEMU for its version' });
  const version = /version (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version) return version;
  throw new HarnessError({ code: 'qemu-version', message: `${argv[0]} tells no version: ${stdout}` });
}

/** Whether a version, of as many numbers as it has, is at least `least`. */
export function atLeast(version: string, least: string): boolean {
  const [have, need] = [version, least].map((text) => text.split('.').map(Number));
  for (const [index, wanted] of (need ?? []).entries()) {
    const found = have?.[index] ?? 0;
    if (found !== wanted) return found > wanted;
  }
  return true;
}
