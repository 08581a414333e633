import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ImageArch } from '../recipe.ts';
import type { Work } from '../workshop/packages.ts';
import { crossPrefix } from '../workshop/recipe.ts';
import type { Workshop } from '../workshop/workshop.ts';
import { deviations, requireApplied } from './check.ts';
import { completed } from './complete.ts';
import { parseConfiguration } from './configuration.ts';
import { type Counts, count } from './count.ts';
import { type Fragment, merge, parseFragments } from './fragment.ts';
import { readKconfig } from './kconfig/tree.ts';
import { compile, followSteps, withObjects } from './objects.ts';
import { kernels } from './rows.ts';
import type { KernelSource } from './source.ts';

/** All that goes into a kernel. */
export interface Plan {
  readonly arch: ImageArch;
  readonly source: KernelSource;
  /** The text of the configuration to start from. */
  readonly base: string;
  /** What is asked on top of it; none for a configuration that is taken as it is. */
  readonly fragments: readonly Fragment[];
  readonly workshop: Workshop;
  readonly cacheFolder: string;
  /** How many objects have to be compiled, about, where that is known: for the progress alone. */
  readonly outdated?: number | undefined;
}

/** What is known of a kernel besides its bytes; `build.json` beside it. */
export interface KernelReport {
  /** As `uname -r` says. */
  readonly version: string;
  /** Bytes. */
  readonly size: number;
  readonly counts: Counts;
  /** Options of the configuration to start from that Kconfig changed, where that was to be taken as it is: `NAME: old → new`. */
  readonly changed: readonly string[];
}

/** Builds a kernel into an empty folder: `kernel`, `config`, `build.json`. */
export async function buildKernel(folder: string, plan: Plan, work: Work): Promise<void> {
  const { arch, source, base, fragments, cacheFolder } = plan;
  const asked = parseFragments(fragments);
  const tree = await readKconfig(source.folder, kernels[arch].srcarch);
  const objects = join(cacheFolder, 'work/kernel-objects', `${arch}-${source.objects}-${plan.workshop.key}`);
  await mkdir(join(cacheFolder, 'work/ccache'), { recursive: true });
  await withObjects(objects, work, async () => {
    const make = maker(plan, objects, work);
    const purpose = 'completing the configuration of the kernel';
    const complete = (text: string) => completed(text, objects, () => make(purpose, ['olddefconfig']));
    // What is taken as it is has mostly been completed before.
    if (fragments.length > 0) work.progress?.(purpose);
    const whole = await complete(base);
    const start = parseConfiguration(whole);
    const text = fragments.length > 0 ? await complete(merge(base, fragments)) : whole;
    const values = parseConfiguration(text);
    await writeFile(join(folder, 'config'), text);
    requireApplied(deviations(asked, values, tree), work.log);

    const { target, image } = kernels[arch];
    const { progress = () => {} } = work;
    const following = { log: work.log, remembered: `${objects}.steps`, outdated: plan.outdated, progress };
    await compile(objects, () => followSteps(following, () => make(`building the kernel for ${arch}`, [target])));
    await copyFile(join(objects, image), join(folder, 'kernel'));
    const release = await readFile(join(objects, 'include/config/kernel.release'), 'utf8');
    const report: KernelReport = {
      version: release.trim(),
      size: (await stat(join(folder, 'kernel'))).size,
      counts: count(start, values, asked, tree),
      changed: fragments.length > 0 ? [] : changes(parseConfiguration(base), values),
    };
    await writeFile(join(folder, 'build.json'), `${JSON.stringify(report, null, 2)}\n`);
  });
}

type Make = (purpose: string, targets: readonly string[]) => Promise<unknown>;

/** make in the workshop, where all paths are the same on every host. What it says goes to the log. */
function maker({ arch, source, workshop, cacheFolder }: Plan, objects: string, { log, signal }: Work): Make {
  const prefix = crossPrefix[arch];
  return (purpose, targets) =>
    workshop.run(
      [
        ...(['make', '--directory=/work/source', 'O=/work/objects', `ARCH=${kernels[arch].srcarch}`] as const),
        ...[`CROSS_COMPILE=${prefix}`, `CC=ccache ${prefix}gcc`, `--jobs=${availableParallelism()}`],
        ...targets,
      ],
      {
        purpose,
        log,
        nice: 10,
        binds: [
          { from: source.folder, to: 'source' },
          { from: objects, to: 'objects', writable: true },
          { from: join(cacheFolder, 'work/ccache'), to: 'ccache', writable: true },
        ],
        env: {
          CCACHE_DIR: '/work/ccache',
          CCACHE_MAXSIZE: '2G',
          // Whatever else would tell one build from the next.
          KBUILD_BUILD_TIMESTAMP: source.date,
          KBUILD_BUILD_VERSION: '1',
          KBUILD_BUILD_USER: 'stub',
          KBUILD_BUILD_HOST: 'stub',
        },
        ...(signal ? { signal } : {}),
      },
    );
}

function changes(given: ReadonlyMap<string, string>, values: ReadonlyMap<string, string>): string[] {
  const names = [...new Set([...given.keys(), ...values.keys()])];
  const told = (value: string | undefined) => value ?? 'off';
  return names.flatMap((name) =>
    given.get(name) === values.get(name) ? [] : [`${name}: ${told(given.get(name))} → ${told(values.get(name))}`],
  );
}
