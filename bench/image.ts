/**
 * What it costs to make an image for a foreign architecture: ours, which runs nothing of it, against `mmdebstrap` under
 * qemu-user for the same packages, with all their scripts. Kernels apart: ours is made before, the other has none. One after
 * the other, each from the same archive. Prints both times and their ratio.
 *
 *     node bench/image.ts [ARCH]
 *
 * As root, with qemu-user-static.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildImage } from '../image/build.ts';
import { architectures, type ImageArch } from '../image/recipe.ts';
import { workshopTools } from '../image/toolbox.ts';
import { openWorkshop } from '../image/workshop/workshop.ts';
import { obtainImage } from '../runners/cell/image.ts';
import { storeOf } from '../runners/cell/store.ts';
import { stateFolderIn } from '../runners/cell/workspace.ts';
import { defaultCacheFolder } from '../runners/host/cache-folder.ts';
import { RunRegister } from '../runners/host/run-register.ts';
import { Store } from '../runners/store/store.ts';
import { allowForeignPrograms, bootstrapPlain } from './plain-debian.ts';

const [given = 'aarch64'] = process.argv.slice(2);
if (!Object.hasOwn(architectures, given)) throw new Error(`unknown architecture ${given}`);
const arch = given as ImageArch;
const cacheFolder = defaultCacheFolder(process.env, process.cwd());
await using stack = new AsyncDisposableStack();
const register = stack.use(new RunRegister(stateFolderIn(cacheFolder), `bench-${process.pid}`));
const scratch = await mkdtemp(join(tmpdir(), 'bench-image-'));
stack.defer(() => rm(scratch, { recursive: true, force: true }));
register.folder(scratch);
const { signal } = new AbortController();
const helpers = { progress: (step: string) => console.log(`  ${step}`), register, signal };

console.log(`${arch}: the kernel`);
const { image, archive } = await obtainImage(arch, { cacheFolder }, helpers);
const origin = { uri: archive.uri, releaseDate: archive.date };
const log = join(cacheFolder, `bench-image-${arch}.log`);

const store = storeOf({ cacheFolder });
const tools = workshopTools(await openWorkshop({ ...{ target: arch, origin, store, cacheFolder, log }, ...helpers }));
console.log(`${arch}: our image, in an empty store`);
const began = performance.now();
const kernel = { key: image.key, kernel: image.kernel };
await buildImage({ arch, origin, kernel, tools, store: new Store(join(scratch, 'store')), log, ...helpers });
const ours = (performance.now() - began) / 1000;
console.log(`${arch}: ours ${ours.toFixed(1)} s; now mmdebstrap, its words in ${log}`);

await allowForeignPrograms(arch, stack);
const theirs = await bootstrapPlain(join(scratch, 'root'), [], { arch, origin, register, log });
console.log(`ours ${ours.toFixed(1)} s, mmdebstrap ${theirs.toFixed(1)} s, ratio ${(ours / theirs).toFixed(3)}`);
await stack.disposeAsync();
process.exit(0);
