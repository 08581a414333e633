import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fragment } from '../image/kernel/fragment.ts';
import { merge } from '../image/kernel/fragment.ts';
import { debianConfiguration } from '../image/kernel/source.ts';
import { type Configuration, readConfiguration } from '../runners/bisect/kconfig/configuration.ts';
import { type Make, settled } from '../runners/bisect/kconfig/olddefconfig.ts';
import type { KernelShop } from '../runners/cell/kernel-shop.ts';
import { attempt, run } from '../runners/process/command.ts';
import type { Names } from './endpoints.ts';
import { checkout } from './options.ts';

/** Our fragments, in the order in which they are asked. */
export const fragmentsOf = (arch: string) =>
  ['require', 'unset', arch].map((name) => `image/kernel/config/${name}.config`);

/**
 * What configurations of kernels are called: `ours` as the checkout has it, a revision of the checkout, whose fragments are put on
 * top of Debian's configuration, and the version of a kernel of this host, whose configuration lies in /boot.
 *
 * @param objects where Kconfig may work
 */
export function kernelNames({ arch, supply }: KernelShop, objects: string, make: Make): Names {
  const asked = async (fragments: readonly Fragment[]): Promise<Configuration> => {
    const base = await debianConfiguration(arch, supply);
    return readConfiguration(await settled(objects, merge(base.text, fragments), make));
  };
  const ours = () =>
    asked(fragmentsOf(arch).map((name) => ({ name, text: readFileSync(join(checkout, name), 'utf8') })));
  return {
    usual: ours,
    named: async (typed) => {
      if (typed === 'ours') return ours();
      if (/^\d+\.\d+[\w.+~-]*$/.test(typed)) {
        const file = `/boot/config-${typed}`;
        if (existsSync(file)) return readConfiguration(await settled(objects, readFileSync(file, 'utf8'), make));
      }
      const commit = await commitOf(typed);
      if (commit === undefined) return undefined;
      return asked(await Promise.all(fragmentsOf(arch).map((name) => fragmentAt(commit, name))));
    },
    kinds: `a file, a revision of ${checkout}, a version that has a /boot/config-VERSION, or ours`,
  };
}

async function commitOf(typed: string): Promise<string | undefined> {
  if (typed.startsWith('-')) return undefined;
  const { exitCode, stdout } = await attempt([
    ...(['git', '-C', checkout, 'rev-parse', '--quiet', '--verify', '--end-of-options'] as const),
    `${typed}^{commit}`,
  ]);
  return exitCode === 0 ? stdout.trim() : undefined;
}

/** A fragment as it was; one that was not there yet asked nothing. */
async function fragmentAt(commit: string, name: string): Promise<Fragment> {
  const there = await attempt(['git', '-C', checkout, 'cat-file', '-e', `${commit}:${name}`]);
  if (there.exitCode !== 0) return { name, text: '' };
  const { stdout } = await run(['git', '-C', checkout, 'show', `${commit}:${name}`], {
    purpose: 'reading a fragment of an earlier revision',
  });
  return { name: `${commit.slice(0, 12)}:${name}`, text: `${stdout}\n` };
}
