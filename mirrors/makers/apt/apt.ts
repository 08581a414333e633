import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Maker, Making, Wanted } from '../maker.ts';
import { baseFiles, buildOwn } from './build.ts';
import { indexArchive, type Placed, suitesOf } from './index-archive.ts';
import { common, kernels, own, universe } from './names.ts';

/** An apt archive: Debian's packages as they are, and under names that only Ubuntu has what does the same. */
export const apt: Maker<'debootstrap'> = { folders: ['apt'], packages, make };

function packages({ distribution, debian }: Wanted<'debootstrap'>): string[] {
  const asked = distribution.packages.filter((name) => !(name in own));
  const needed = Object.values(own).flatMap(({ depends }) => depends(debian));
  return [...new Set([...common, ...asked, ...needed, kernels[debian] ?? ''])];
}

async function make(making: Making<'debootstrap'>): Promise<void> {
  const { debs, archive, scratch, distribution, progress } = making;
  const suites = suitesOf(distribution);
  const placed: Placed[] = [];
  const place = async (file: string, name: string, suite: string) => {
    // apt's cache writes an epoch into the name, where no archive has it.
    const bare = (file.split('/').at(-1) ?? '').replace(/_\d+%3a/, '_');
    const path = join('pool', componentOf(name, distribution.components), bare);
    await mkdir(join(archive, path, '..'), { recursive: true });
    await copyFile(file, join(archive, path));
    placed.push({ path, suite, component: componentOf(name, distribution.components) });
  };
  const files = (await readdir(debs)).filter((file) => file.endsWith('.deb'));
  for (const file of files) {
    const name = file.split('_')[0] ?? '';
    if (name !== 'base-files') await place(join(debs, file), name, suites.main);
  }
  await mkdir(join(scratch, 'own'));
  progress?.(`${files.length} packages of Debian, and those of Ubuntu's names`);
  const base = files.find((file) => file.startsWith('base-files_')) ?? '';
  await place(await baseFiles(join(debs, base), making), 'base-files', suites.main);
  const named = Object.keys(own).filter((name) => distribution.packages.includes(name) || kernelOf(making) === name);
  for (const name of named) {
    for (const [ending, version] of Object.entries(own[name]?.versions ?? {})) {
      await place(await buildOwn(name, version, making), name, suites.byEnding(ending));
    }
  }
  await indexArchive(placed, making);
}

const kernelOf = ({ distribution, arch }: Wanted<'debootstrap'>) => distribution.published[arch]?.['kernel-package'];

/** Where the distribution has more than one part. */
const componentOf = (name: string, components: readonly string[]) =>
  components.includes('universe') && universe.includes(name) ? 'universe' : (components[0] ?? 'main');
