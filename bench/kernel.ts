/**
 * What building our kernel costs, per architecture: cold (nothing compiled before), again with one option changed (objects
 * kept from before), and again with that option changed back and the objects gone (ccache alone). Downloads are made before
 * and are not counted. Prints the three times, the size, and how many options of Debian's are off and how each went.
 *
 *     node bench/kernel.ts [ARCH…]
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildKernel, type KernelReport, type Plan } from '../image/kernel/build.ts';
import { ourFragments } from '../image/kernel/kernel.ts';
import { debianConfiguration, debianSource } from '../image/kernel/source.ts';
import { architectures, type ImageArch } from '../image/recipe.ts';
import { openWorkshop } from '../image/workshop/workshop.ts';
import { imageArchiveOf } from '../runners/cell/image.ts';
import { storeOf } from '../runners/cell/store.ts';
import { stateFolderIn } from '../runners/cell/workspace.ts';
import { defaultCacheFolder } from '../runners/host/cache-folder.ts';
import { RunRegister } from '../runners/host/run-register.ts';

const [OFF, ON] = ['# CONFIG_DUMMY is not set', 'CONFIG_DUMMY=y'];
const given = process.argv.slice(2);
const all = Object.keys(architectures) as ImageArch[];
for (const arch of given) if (!Object.hasOwn(architectures, arch)) throw new Error(`unknown architecture ${arch}`);

const cacheFolder = defaultCacheFolder(process.env, process.cwd());
await using stack = new AsyncDisposableStack();
const register = stack.use(new RunRegister(stateFolderIn(cacheFolder), `bench-${process.pid}`));
const scratch = await mkdtemp(join(tmpdir(), 'bench-kernel-'));
stack.defer(() => rm(scratch, { recursive: true, force: true }));
register.folder(scratch);
const { signal } = new AbortController();
const archive = await imageArchiveOf({}, signal);
const origin = { uri: archive.uri, releaseDate: archive.date };

/** Seconds of one build, into a folder of its own; what it compiles to is kept below `scratch`. */
async function build(name: string, plan: Plan): Promise<{ readonly seconds: number; readonly report: KernelReport }> {
  const folder = join(scratch, name);
  await mkdir(folder);
  const began = performance.now();
  await buildKernel(folder, plan, { register, log: join(scratch, `${name}.log`), signal });
  const seconds = (performance.now() - began) / 1000;
  return { seconds, report: JSON.parse(await readFile(join(folder, 'build.json'), 'utf8')) };
}

for (const arch of given.length > 0 ? (given as ImageArch[]) : all) {
  const supply = { arch, origin, store: storeOf({ cacheFolder }), cacheFolder, register, signal };
  const work = { ...supply, log: join(scratch, `${arch}-fetch.log`) };
  const source = await debianSource(work);
  const { text: base } = await debianConfiguration(arch, work);
  const workshop = await openWorkshop({ ...work, target: arch });
  const fragments = await ourFragments(arch);
  const plan: Plan = { arch, source, base, fragments, workshop, cacheFolder: scratch };
  const changed = fragments.map((fragment) => ({ ...fragment, text: fragment.text.replace(OFF, ON) }));
  if (changed.every(({ text }, at) => text === fragments[at]?.text)) throw new Error(`no fragment says "${OFF}"`);

  const cold = await build(`${arch}-cold`, plan);
  const kept = await build(`${arch}-kept`, { ...plan, fragments: changed });
  await rm(join(scratch, 'work/kernel-objects'), { recursive: true });
  const ccache = await build(`${arch}-ccache`, plan);
  const { version, size, counts } = cold.report;
  const times = [cold, kept, ccache].map(({ seconds }) => `${seconds.toFixed(0)} s`);
  console.log(`${arch}: ${version}, ${(size / 1024 ** 2).toFixed(1)} MiB`);
  console.log(`  cold ${times[0]}; one option changed: ${times[1]} with the objects, ${times[2]} with ccache alone`);
  console.log(`  options on: Debian ${counts.base}, ours ${counts.ours}; of Debian's ${counts.off} are off:`);
  const { named, below, unselected, otherwise } = counts;
  console.log(`  ${named} by name, ${below} below these, ${unselected} unselected, ${otherwise} chosen otherwise`);
}
