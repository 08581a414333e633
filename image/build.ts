import { chmod, copyFile, glob, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HarnessError } from '../runners/errors.ts';
import type { RunRegister } from '../runners/host/run-register.ts';
import type { Entry, Store } from '../runners/store/store.ts';
import { type ImageSources, type PackageOrigin, sourcesFor } from './archive.ts';
import { measure } from './contents.ts';
import { MANIFEST, type Manifest } from './explain.ts';
import { buildInitramfs, type EarlyModules, kernelVersion, noModules, prepareModules } from './initramfs.ts';
import { buildLlmnrd } from './llmnrd.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { unpackPackages } from './packages.ts';
import { architectures, type ImageArch, packages, suite } from './recipe.ts';
import type { Toolbox } from './toolbox.ts';
import { configureTree, hashFolder, setModes } from './tree.ts';
import type { Progress } from './workshop/packages.ts';

/** A kernel that is one file, with all drivers built in. */
export interface GivenKernel {
  /** Changes with its bytes. */
  readonly key: string;
  /** Absolute path. */
  readonly kernel: string;
  /** What is to be told of it. */
  readonly report?: NonNullable<Manifest['kernel']>;
}

export interface ImageOptions {
  readonly arch: ImageArch;
  readonly origin: PackageOrigin;
  /** Debian's packaged one with its modules, unless given. */
  readonly kernel?: GivenKernel;
  /** What compiles and packs. */
  readonly tools: Toolbox;
  readonly store: Store;
  /** File that takes what the tools of a build say; it outlives a build that fails. */
  readonly log: string;
  /** Where the scratch folder and whatever works in it are written down, for the next start to clear after a kill. */
  readonly register: RunRegister;
  /** A reused image has no steps. */
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** A stub image on disk: the squashfs, and the kernel and initramfs that it also holds in /boot. Absolute paths. */
export interface StubImage {
  readonly key: string;
  readonly reused: boolean;
  readonly folder: string;
  readonly squashfs: string;
  readonly kernel: string;
  readonly initrd: string;
}

const here = import.meta.dirname;

/** Tests change no image; the kernel and the workshop count by their own keys. */
const NO_SOURCE = /\.test\.ts$|^(files-tests|kernel|workshop)\//;

/** The image of an architecture out of the store, built first where it is not there. */
export async function buildImage(options: ImageOptions): Promise<StubImage> {
  const { arch, origin, store, kernel, tools, progress, signal } = options;
  const sources = await sourcesFor(arch, origin, { signal });
  for (const exception of sources.exceptions) progress?.(`exception: ${exception}`);
  const inputs = {
    arch,
    releases: sources.releases,
    exceptions: sources.exceptions,
    kernel: kernel?.key ?? architectures[arch].kernelPackage,
    tools: tools.key,
    // The recipe, the files and the code that puts them together.
    sources: await hashFolder(here, (path) => !NO_SOURCE.test(path)),
  };
  const wishes = { label: arch, ...(progress ? { progress } : {}), ...(signal ? { signal } : {}) };
  return imageIn(
    await store.obtain('images', inputs, (folder) => oneAtATime(() => build(folder, sources, options)), wishes),
    arch,
  );
}

function imageIn(entry: Entry, arch: ImageArch): StubImage {
  return {
    key: entry.key,
    reused: entry.reused,
    folder: entry.folder,
    squashfs: join(entry.folder, `stub-${arch}.squashfs`),
    kernel: join(entry.folder, 'kernel'),
    initrd: join(entry.folder, 'initramfs'),
  };
}

async function build(folder: string, sources: ImageSources, options: ImageOptions): Promise<void> {
  const { arch, origin, log, kernel, tools, progress, register, signal } = options;
  const scratch = await mkdtemp(join(tmpdir(), 'stub-image-'));
  using _entry = register.folder(scratch);
  try {
    // mmdebstrap's unprivileged mode works as another user, who has to come through.
    await chmod(scratch, 0o755);
    const tree = join(scratch, 'tree');
    progress?.(`unpacking Debian ${suite} packages for ${arch}`);
    const packagedKernel = [{ name: architectures[arch].kernelPackage, why: 'the kernel' }];
    const wanted = [...packages, ...(kernel ? [] : packagedKernel)];
    const unpacked = await unpackPackages(tree, wanted, {
      ...{ arch, sources, scratch, log, env: register.environment, signal },
    });

    progress?.(`compiling llmnrd for ${arch}`);
    const output = join(tree, 'usr/lib/stub/llmnrd');
    await buildLlmnrd(arch, origin.uri, { scratch, output, tools, signal });

    progress?.('kernel and initramfs');
    const modules = await layKernel(tree, kernel, join(folder, 'kernel'), tools);
    await configureTree(tree, join(here, 'files'));
    const initramfs = await buildInitramfs(tree, modules, join(here, 'initramfs/init'), join(folder, 'initramfs'));
    await copyFile(join(folder, 'kernel'), join(tree, 'boot/kernel'));
    await copyFile(join(folder, 'initramfs'), join(tree, 'boot/initramfs'));

    const manifest: Manifest = {
      ...(await measure(tree, unpacked, wanted)),
      ...{ rows: wanted, exceptions: sources.exceptions, initramfs },
      ...(kernel?.report ? { kernel: kernel.report } : {}),
    };
    await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest)}\n`);

    progress?.('squashfs');
    await setModes(tree);
    await pack(scratch, Object.values(sources.releases)[0] ?? origin.releaseDate, { tools, signal });
    await copyFile(join(scratch, 'squashfs'), join(folder, `stub-${arch}.squashfs`));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Puts the kernel at `output`; modules are made ready in the tree. */
async function layKernel(
  tree: string,
  kernel: GivenKernel | undefined,
  output: string,
  tools: Toolbox,
): Promise<EarlyModules> {
  if (kernel) {
    // Its bytes alone: whether it may be executed is no matter of the image's.
    await writeFile(output, await readFile(kernel.kernel));
    return noModules;
  }
  const version = await kernelVersion(tree);
  await copyPackagedKernel(tree, version, output);
  return prepareModules(tree, version, tools);
}

/**
 * Packs `tree` in the scratch folder as `squashfs` beside it. Everything in it is of the Release's date and belongs to root,
 * whoever builds and when; the few setgid helpers of the packages are of no use to a root shell.
 */
async function pack(
  scratch: string,
  date: string,
  { tools, signal }: { tools: Toolbox; signal?: AbortSignal | undefined },
): Promise<void> {
  const seconds = String(Math.floor(Date.parse(date) / 1000));
  await tools.run(
    [
      ...(['mksquashfs', 'tree', 'squashfs', '-mkfs-time', seconds, '-all-time', seconds] as const),
      ...['-all-root', '-no-xattrs', '-noappend', '-no-progress', '-quiet'],
      // Level 19 takes fifteen times as long for a twelfth less; larger blocks make the boot slower.
      ...['-comp', 'zstd', '-Xcompression-level', '9', '-b', '128K'],
    ],
    { folder: scratch, purpose: 'packing the squashfs', signal },
  );
}

/** The packaged kernel, whatever the architecture calls it (vmlinuz, vmlinux, Image). */
async function copyPackagedKernel(tree: string, version: string, output: string): Promise<void> {
  for await (const path of glob(`boot/vmlinu*-${version}`, { cwd: tree })) {
    await copyFile(join(tree, path), output);
    return;
  }
  throw new HarnessError({
    code: 'image-kernel',
    message: `no kernel ${version} in the packages of the image`,
    hint: `Does ${Object.values(architectures)
      .map((row) => row.kernelPackage)
      .join(', ')} still bring boot/vmlinuz-VERSION?`,
  });
}
