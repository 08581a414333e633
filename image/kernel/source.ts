import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { HarnessError } from '../../runners/errors.ts';
import { run } from '../../runners/process/command.ts';
import type { Store } from '../../runners/store/store.ts';
import { sourcesFor } from '../archive.ts';
import type { ImageArch } from '../recipe.ts';
import { DEFAULT_SUITE, fetchPackages, type PackageSource, usingScratch, type Work } from '../workshop/packages.ts';
import { debianArch, hosts } from '../workshop/recipe.ts';
import { unpackedOnce } from '../workshop/unpacked.ts';
import { kernels, SERIES } from './rows.ts';

export interface Supply extends Work {
  readonly origin: PackageSource;
  readonly store: Store;
  readonly cacheFolder: string;
}

/** A kernel source tree that is only read. */
export interface KernelSource {
  /** Identifies its bytes: part of what keys a kernel. */
  readonly key: string;
  /** Absolute. */
  readonly folder: string;
  /** Names the folder in which its objects are kept; stays the same where the tree is edited. */
  readonly objects: string;
  /** When it was last changed, RFC 7231: what a kernel built from it says of its date. */
  readonly date: string;
}

/** Debian's source of the kernel, out of the store, laid out beside it. */
export async function debianSource(supply: Supply): Promise<KernelSource> {
  const { origin, store, cacheFolder, register, progress, signal } = supply;
  const suite = origin.suite ?? DEFAULT_SUITE;
  const wishes = { label: `linux-source-${SERIES}`, ...(progress ? { progress } : {}), ...(signal ? { signal } : {}) };
  const inputs = { package: `linux-source-${SERIES}`, suite, release: origin.releaseDate };
  await using entry = await store.obtain(
    'kernel-sources',
    inputs,
    async (folder) => {
      progress?.(`fetching linux-source-${SERIES}`);
      // The package is for all architectures: the one whose index the workshop has verified already will do.
      const debian = debianArch[hosts[process.arch] ?? 'x86_64'];
      await fromPackage(supply, debian, `linux-source-${SERIES}`, origin, async (tree) => {
        const changelog = join(tree, `usr/share/doc/linux-source-${SERIES}/changelog.Debian.gz`);
        await writeFile(join(folder, 'date'), `${dateOf(gunzipSync(await readFile(changelog)).toString())}\n`);
        await run(['cp', join(tree, `usr/src/linux-source-${SERIES}.tar.xz`), join(folder, 'source.tar.xz')]);
      });
    },
    wishes,
  );
  const folder = await unpackedOnce(join(cacheFolder, 'work/kernel-sources', entry.key), register, async (draft) => {
    progress?.('laying out the source of the kernel');
    await run(
      [
        ...(['tar', '--extract', '--file', join(entry.folder, 'source.tar.xz'), '--directory', draft] as const),
        ...['--strip-components=1', '--no-same-owner'],
      ],
      { purpose: 'laying out the source of the kernel', ...(signal ? { signal } : {}) },
    );
  });
  return {
    key: entry.key,
    folder,
    objects: entry.key,
    date: (await readFile(join(entry.folder, 'date'), 'utf8')).trim(),
  };
}

/** Debian's configuration for an architecture: the text, and the key of the entry it came from. */
export async function debianConfiguration(
  arch: ImageArch,
  supply: Supply,
): Promise<{ readonly key: string; readonly text: string }> {
  const { store, progress, signal } = supply;
  const { releases } = await sourcesFor(arch, supply.origin, { signal });
  // The suite that the image is made of, by exception not the usual one.
  const [suite = '', releaseDate = ''] = Object.entries(releases)[0] ?? [];
  const origin = { uri: supply.origin.uri, suite, releaseDate };
  const wishes = { label: arch, ...(progress ? { progress } : {}), ...(signal ? { signal } : {}) };
  const { flavour } = kernels[arch];
  const inputs = { arch, flavour, suite, release: releaseDate };
  await using entry = await store.obtain(
    'kernel-configs',
    inputs,
    async (folder) => {
      progress?.(`fetching Debian's configuration of the kernel for ${arch}`);
      // Each suite has one series of kernels, which need not be ours: the configuration is completed by our source.
      await fromPackage(supply, debianArch[arch], '?name(^linux-config-[0-9.]+$)', origin, async (tree) => {
        const found = await run(['find', join(tree, 'usr/src'), '-name', `config.${flavour}.xz`]);
        const [path, ...more] = found.stdout.trim().split('\n').filter(Boolean);
        if (path === undefined || more.length > 0) {
          throw new HarnessError({
            code: 'kernel-base-missing',
            message: `linux-config of ${suite} for ${arch} holds ${more.length + (path ? 1 : 0)} files config.${flavour}.xz, expected one`,
          });
        }
        const { stdout } = await run(['xz', '--decompress', '--stdout', path]);
        await writeFile(join(folder, 'config'), `${stdout}\n`);
      });
    },
    wishes,
  );
  return { key: entry.key, text: await readFile(join(entry.folder, 'config'), 'utf8') };
}

/** Fetches and unpacks a package, gives its files to `use`, and removes them. */
async function fromPackage(
  supply: Supply,
  debian: string,
  name: string,
  origin: PackageSource,
  use: (tree: string) => Promise<void>,
): Promise<void> {
  await usingScratch(supply.register, async (scratch) => {
    const archive = join(scratch, 'packages.tar.zst');
    await fetchPackages(archive, debian, [name], origin, supply);
    await run([
      ...(['tar', '--extract', '--zstd', '--file', archive, '--directory', scratch, '--no-same-owner'] as const),
      ...['./usr/src', './usr/share/doc'],
    ]);
    await use(scratch);
  });
}

/** The date of the newest entry of a Debian changelog. */
function dateOf(changelog: string): string {
  const date = new Date(/^ -- .*> {2}(.*)$/m.exec(changelog)?.[1] ?? '');
  if (Number.isNaN(date.getTime())) {
    throw new HarnessError({ code: 'kernel-source-date', message: 'the changelog of the kernel source has no date' });
  }
  return date.toUTCString();
}
