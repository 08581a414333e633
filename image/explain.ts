import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HarnessError } from '../runners/errors.ts';
import type { StubImage } from './build.ts';
import type { Contents, PackageSize, Sized } from './contents.ts';
import type { PackageRow } from './recipe.ts';

/** What a build leaves beside an image about what is in it. */
export interface Manifest extends Contents {
  readonly rows: readonly PackageRow[];
  readonly exceptions: readonly string[];
  readonly initramfs: readonly Sized[];
  /** Of a kernel that we built; options that are on in its configuration and in Debian's. */
  readonly kernel?: { readonly version: string; readonly counts: { readonly base: number; readonly ours: number } };
}

export const MANIFEST = 'contents.json';

const mib = (bytes: number) => (bytes / 1024 ** 2).toFixed(1);

/** Smaller dependencies are told in one line, in bytes. */
const WORTH_A_LINE = 512 * 1024;

/**
 * What is in an image and why, a line each.
 *
 * @throws HarnessError `image-unexplained` for an image that somebody else built
 */
export async function explainImage({ folder, squashfs, kernel, initrd }: StubImage): Promise<string[]> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch((cause) => {
    throw new HarnessError({
      code: 'image-unexplained',
      message: `${folder} has no ${MANIFEST}: it does not say what it is made of`,
      cause,
    });
  });
  const manifest: Manifest = JSON.parse(text);
  const size = async (file: string) => `${mib((await stat(file)).size).padStart(6)} MiB`;
  const members = manifest.initramfs.map((member) => `${member.path} ${mib(member.size)}`);
  return [
    `squashfs   ${await size(squashfs)}  ${mib(manifest.tree)} MiB before compression, ${manifest.packages.length} packages`,
    `kernel     ${await size(kernel)}  ${kernelWords(manifest)}`,
    `initramfs  ${await size(initrd)}  before compression: ${members.join(', ')}`,
    ...manifest.exceptions.map((exception) => `exception  ${exception}`),
    '',
    ...explainPackages(manifest),
    '',
    'The largest folders, MiB before compression',
    ...manifest.folders.slice(0, 12).map(({ path, size }) => `${mib(size).padStart(6)}  ${path}`),
  ];
}

function kernelWords({ kernel, packages }: Manifest): string {
  if (kernel) {
    const { version, counts } = kernel;
    return `${version}, no modules, ${counts.ours} options on where Debian's has ${counts.base}`;
  }
  const packaged = packages.find(({ name }) => name.startsWith('linux-image-'));
  return packaged ? `${packaged.name} ${packaged.version}, with modules` : 'given as a file';
}

/** Each row of the recipe with what would go with it, largest first; then what several rows share, and our own files. */
export function explainPackages({ packages, rows, own }: Pick<Manifest, 'packages' | 'rows' | 'own'>): string[] {
  const groups = rows.map(({ name, why }) => {
    const alone = packages.filter((one) => one.for.length === 1 && one.for[0] === name);
    // A package that another row needs too would stay without its own row.
    const kept = packages.some((one) => one.name === name && one.for.length > 1);
    return {
      title: kept ? `${name} (needed anyway)` : name,
      why,
      members: alone.filter((one) => one.name !== name),
      total: sum(alone),
    };
  });
  const shared = packages.filter((one) => one.for.length > 1);
  const orphans = packages.filter((one) => one.for.length === 0);
  return [
    'MiB before compression of each package that was asked for, with what nothing else here needs, and why',
    ...groups
      .toSorted((a, b) => b.total - a.total)
      .flatMap(({ title, why, members, total }) => [
        `${mib(total).padStart(6)}  ${title.padEnd(24)}  ${why}`,
        ...listed(members),
      ]),
    `${mib(sum(shared)).padStart(6)}  several of them need`,
    ...listed(shared),
    ...(orphans.length > 0 ? [`${mib(sum(orphans)).padStart(6)}  nobody needs`, ...listed(orphans)] : []),
    `${mib(own).padStart(6)}  no package brought: kernel, initramfs, our own files`,
  ];
}

const sum = (packages: readonly PackageSize[]) => packages.reduce((total, { size }) => total + size, 0);

function listed(packages: readonly PackageSize[]): string[] {
  const [large, small] = [true, false].map((wanted) => packages.filter(({ size }) => size >= WORTH_A_LINE === wanted));
  return [
    ...(large ?? []).map(({ name, size, for: rows }) => {
      const others =
        rows.length > 1
          ? `  for ${rows.slice(0, 4).join(', ')}${rows.length > 4 ? ` and ${rows.length - 4} more` : ''}`
          : '';
      return `${' '.repeat(10)}${mib(size).padStart(6)}  ${name}${others}`;
    }),
    ...(small?.length ? [`${' '.repeat(10)}${mib(sum(small)).padStart(6)}  in ${small.length} smaller ones`] : []),
  ];
}
