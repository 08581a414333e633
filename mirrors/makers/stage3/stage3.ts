import { copyFile, cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Maker, Making, Wanted } from '../maker.ts';
import { type Coat, coats as common } from '../rpm-md/coats.ts';
import { prepareKernel } from '../rpm-md/kernel.ts';
import { putOn } from '../rpm-md/lay.ts';
import { without as never } from '../rpm-md/left-out.ts';
import { debsFor, parsePackages, type Rpm, resolve } from '../rpm-md/resolve.ts';
import { kernelDebs, unpack } from '../rpm-md/rpm-md.ts';
import { layOut } from './lay-out.ts';
import { coats, filesystems, without as idle, KERNEL, OTHERS, partOf, stage } from './names.ts';
import { settle } from './root.ts';

/** A tarball of a system without dpkg, and binary packages with an emerge that installs them. */
export const stage3: Maker<'stage3'> = {
  folders: ['stage3', 'rpm-md'],
  packages: (wanted) => [...debsFor(coatsOf(), [...stage, ...parts(wanted).values()]), `linux-image-${wanted.debian}`],
  make,
};

const coatsOf = (kernel: readonly string[] = []): Readonly<Record<string, Coat>> => ({
  // EL's would be asked for what Gentoo's is.
  ...Object.fromEntries(Object.entries(common).filter(([name]) => name !== 'qemu-guest-agent')),
  ...coats,
  [KERNEL]: { ...common[KERNEL], debs: kernel },
});

/** Gentoo's names of what its installer asks for, each with its part. */
export function parts({ distribution, arch }: Wanted<'stage3'>): Map<string, string> {
  const kernel = distribution.published[arch]?.['kernel-package'] ?? '';
  const asked = [...distribution.packages, ...filesystems].map(
    (name) => [name, partOf[name] ?? name.split('/').at(-1) ?? ''] as const,
  );
  return new Map([[kernel, KERNEL], ...asked]);
}

async function make(making: Making<'stage3'>): Promise<void> {
  const { debs: folder, scratch, tools, key, date, log, progress } = making;
  const { stdout } = await tools.run(['apt-ftparchive', 'packages', 'debs'], {
    binds: [{ from: folder, to: 'debs' }],
    purpose: 'reading the packages of a stand-in',
  });
  const debs = parsePackages(stdout);
  const worn = coatsOf(kernelDebs(debs, making.debian));
  const asked = parts(making);
  const without = [...never, ...idle];
  const all = resolve({ debs, coats: worn, without, wanted: [...stage, ...asked.values()] });
  const inStage = new Set(resolve({ debs, coats: worn, without, wanted: stage }).map(({ name }) => name));
  const packages = all.filter(({ name }) => !inStage.has(name));
  progress?.(`a system of ${inStage.size} parts, and ${packages.length} binary packages`);
  await unpack(all, making);
  await prepareKernel(join(scratch, 'tree', KERNEL), tools);
  for (const part of all) await putOn(part, join(scratch, 'tree', part.name));
  await writeFile(join(scratch, 'stage'), [...inStage, ''].join('\n'));
  await writeFile(join(scratch, 'packages'), lines(packages, asked));
  await copyFile(join(import.meta.dirname, 'assemble.sh'), join(scratch, 'assemble.sh'));
  for (const name of ['root', 'portage']) await mkdir(join(scratch, name));
  await tools.run(['bash', 'assemble.sh'], {
    binds: [
      { from: scratch, to: 'making', writable: true },
      { from: key.home, to: 'key', writable: true },
    ],
    cwd: '/work/making',
    env: { GNUPGHOME: '/work/key', SOURCE_DATE_EPOCH: String(Math.floor(date.getTime() / 1000)) },
    purpose: 'building the binary packages of a stand-in',
    log,
  });
  await cp(join(import.meta.dirname, 'files'), join(scratch, 'root'), { recursive: true, force: true });
  await settle(join(scratch, 'root'), making);
  await layOut(making);
}

/** What assemble.sh reads: the part, the package's name with its version, and the names of those it needs. */
export function lines(
  packages: readonly Pick<Rpm, 'name' | 'version' | 'requires'>[],
  asked: ReadonlyMap<string, string>,
) {
  const names = new Map([...asked].map(([name, part]) => [part, name]));
  const called = (part: string) => names.get(part) ?? `${OTHERS}/${part}`;
  const there = new Set(packages.map(({ name }) => name));
  return packages
    .map(({ name, version, requires }) =>
      [name, `${called(name)}-${numbers(version)}`, ...requires.filter((each) => there.has(each)).map(called)].join(
        ' ',
      ),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** A version as Gentoo allows it, as much of it as that is. */
const numbers = (version: string) => /^\d+(\.\d+)*/.exec(version)?.[0] ?? '0';
