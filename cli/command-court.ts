import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commandTester, fileBuilder } from '../runners/bisect/builders/run-command.ts';
import { asItIs } from '../runners/bisect/kconfig/configuration.ts';
import { implicationsOf, isChosenIn } from '../runners/bisect/kconfig/implications.ts';
import { hostMake, olddefconfig } from '../runners/bisect/kconfig/olddefconfig.ts';
import { relatedOf } from '../runners/bisect/kconfig/related.ts';
import type { Space } from '../runners/bisect/kconfig/space.ts';
import { UsageError } from '../runners/errors.ts';
import { type Court, countOf, type Kconfig, type OpenHearing, textOf } from './bisecting.ts';
import type { Context } from './commands.ts';
import { endpointOf } from './endpoints.ts';
import type { Parsed } from './flags.ts';

type Known = Pick<Court, 'legalise' | 'isChosen' | 'rules' | 'related' | 'identity' | 'kconfig'> & {
  readonly named: readonly string[];
};

/** A command judges, and Kconfig is asked where there is a tree of it. */
export const commandHearing: OpenHearing = async (parsed, context) => ({
  endpoint: (flag, under) => endpointOf(parsed, flag, context, {}, under),
  court: async ({ folder, named }) => {
    const command = textOf(parsed, 'run') ?? '';
    const configurations = join(folder, 'configurations');
    mkdirSync(configurations, { recursive: true, mode: 0o700 });
    const { named: all, identity, ...known } = await knownOf(parsed, context, folder, named);
    const builder = fileBuilder(configurations, all);
    return {
      builders: Array.from({ length: countOf(parsed, 'builders', 2) }, () => builder),
      tester: commandTester(command),
      cells: ['command'],
      identity: { command, ...identity },
      ...known,
    };
  },
  [Symbol.dispose]: () => {},
});

async function knownOf(
  parsed: Parsed,
  { cwd, arch, signal }: Context,
  folder: string,
  named: readonly string[],
): Promise<Known> {
  const typed = textOf(parsed, 'kernel-tree');
  if (typed === undefined) {
    return { named, legalise: asItIs, isChosen: () => true, rules: () => [], related: () => [], identity: {} };
  }
  const tree = resolve(cwd, typed);
  if (!existsSync(join(tree, 'Kconfig'))) {
    throw new UsageError({ code: 'no-such-folder', message: `--kernel-tree ${typed}: there is no Kconfig in it` });
  }
  const { kernels } = await import('../image/kernel/rows.ts');
  const isKernelArch = (word: string): word is keyof typeof kernels => Object.hasOwn(kernels, word);
  const name = textOf(parsed, 'arch') ?? arch;
  const known = isKernelArch(name) ? name : undefined;
  if (known === undefined) {
    throw new UsageError({
      code: 'unknown-arch',
      message: `--arch ${name}: no kernel is built for it, only for ${Object.keys(kernels).join(', ')}`,
    });
  }
  const kconfig = await kconfigIn(tree, kernels[known].srcarch);
  const isChosen = isChosenIn(kconfig.options);
  const all = [...new Set([...kconfig.options.keys(), ...named])].filter(isChosen);
  const objects = join(folder, 'kconfig');
  return {
    named: all,
    legalise: olddefconfig(objects, all, hostMake({ tree, objects, arch: known, signal })),
    isChosen,
    rules: (space: Space) => implicationsOf(space, kconfig.options),
    related: (space: Space) => relatedOf(space, kconfig.options),
    identity: { tree, arch: name },
    kconfig,
  };
}

export async function kconfigIn(tree: string, srcarch: string): Promise<Kconfig> {
  const { readKconfig } = await import('../image/kernel/kconfig/tree.ts');
  return { options: await readKconfig(tree, srcarch), tree, srcarch };
}
