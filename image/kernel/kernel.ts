import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entry } from '../../runners/store/store.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import type { ImageArch } from '../recipe.ts';
import { hashFolder } from '../tree.ts';
import { openWorkshop } from '../workshop/workshop.ts';
import { buildKernel, type KernelReport, type Plan } from './build.ts';
import { type Fragment, parseFragments } from './fragment.ts';
import { debianConfiguration, debianSource, type KernelSource, type Supply } from './source.ts';

/** Which kernel is wanted. Paths are absolute. */
export type KernelChoice =
  | { readonly kind: 'ours' }
  /** A whole configuration in place of Debian's and ours, for Debian's source. */
  | { readonly kind: 'config'; readonly file: string }
  /** A source tree in place of Debian's, with Debian's configuration and our fragments. */
  | { readonly kind: 'tree'; readonly folder: string };

export interface KernelOptions extends Supply {
  readonly arch: ImageArch;
  readonly choice: KernelChoice;
}

/** A kernel on disk. Absolute paths. */
export interface Kernel {
  readonly key: string;
  readonly reused: boolean;
  /** What QEMU's `-kernel` takes. */
  readonly kernel: string;
  /** The configuration it was built with. */
  readonly config: string;
  /** As `uname -r` says. */
  readonly version: string;
  readonly report: KernelReport;
}

const here = import.meta.dirname;

/**
 * The kernel of an architecture out of the store, built first where it is not there.
 *
 * @throws HarnessError `kernel-config-not-applied` where an option comes out otherwise than a fragment asks.
 */
export async function obtainKernel(options: KernelOptions): Promise<Kernel> {
  const { arch, choice, store, progress, signal } = options;
  const source = choice.kind === 'tree' ? await givenSource(choice.folder) : await debianSource(options);
  const base =
    choice.kind === 'config' ? await givenConfiguration(choice.file) : await debianConfiguration(arch, options);
  const fragments = choice.kind === 'config' ? [] : await ourFragments(arch);
  const workshop = await openWorkshop({ ...options, target: arch });
  const inputs = {
    arch,
    source: source.key,
    base: base.key,
    // By option, so that the store can say which one changed; comments build nothing.
    options: Object.fromEntries(parseFragments(fragments).map(({ name, value }) => [name, value])),
    workshop: workshop.key,
    code: await hashFolder(here, (path) => /^(build|fragment|rows)\.ts$/.test(path)),
  };
  const plan: Plan = { arch, source, base: base.text, fragments, workshop, cacheFolder: options.cacheFolder };
  const wishes = { label: arch, ...(progress ? { progress } : {}), ...(signal ? { signal } : {}) };
  const entry = await store.obtain(
    'kernels',
    inputs,
    (folder) => oneAtATime(() => buildKernel(folder, plan, options)),
    wishes,
  );
  return kernelIn(entry);
}

async function kernelIn({ key, reused, folder }: Entry): Promise<Kernel> {
  const report: KernelReport = JSON.parse(await readFile(join(folder, 'build.json'), 'utf8'));
  const [kernel, config] = [join(folder, 'kernel'), join(folder, 'config')];
  return { key, reused, kernel, config, version: report.version, report };
}

/** What is asked of every architecture, then of this one. */
export async function ourFragments(arch: ImageArch): Promise<Fragment[]> {
  const names = ['require', 'unset', arch].map((name) => `config/${name}.config`);
  return Promise.all(
    names.map(async (name) => ({ name: `image/kernel/${name}`, text: await readFile(join(here, name), 'utf8') })),
  );
}

/** A tree of the user's, by its content: it may be changed at any time. */
export async function givenSource(folder: string): Promise<KernelSource> {
  const key = await hashFolder(folder, (path) => !path.startsWith('.git/'));
  // A date of the build itself would make each build another.
  return { key, folder, objects: `given-${sha256(folder).slice(0, 20)}`, date: new Date(0).toUTCString() };
}

async function givenConfiguration(file: string): Promise<{ readonly key: string; readonly text: string }> {
  const text = await readFile(file, 'utf8');
  return { key: sha256(text), text };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
