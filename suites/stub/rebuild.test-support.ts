/**
 * Builds our image again, in an empty store, and prints the folder of the entry. Started by reproducible.root.test.ts as a
 * process of its own, since TZ, umask and processors are a process's.
 *
 *     node rebuild.test-support.ts SCRATCH ARCH KERNEL-KEY KERNEL ARCHIVE RELEASE-DATE
 */
import { join } from 'node:path';
import { buildImage } from '../../image/build.ts';
import type { ImageArch } from '../../image/recipe.ts';
import { workshopTools } from '../../image/toolbox.ts';
import { openWorkshop } from '../../image/workshop/workshop.ts';
import { RunRegister } from '../../runners/host/run-register.ts';
import { Store } from '../../runners/store/store.ts';
import { cacheFolder } from '../harness/lone-cell.ts';

const [scratch = '', arch = '', key = '', kernel = '', uri = '', releaseDate = ''] = process.argv.slice(2);
const target = arch as ImageArch;
const origin = { uri, releaseDate };
const log = join(scratch, 'log');
await using register = new RunRegister(join(scratch, 'state'), 'rebuild');
const workshop = await openWorkshop({
  ...{ target, origin, cacheFolder, log, register },
  store: new Store(cacheFolder),
});
const given = { arch: target, origin, log, register, kernel: { key, kernel } };
const image = await buildImage({ ...given, tools: workshopTools(workshop), store: new Store(join(scratch, 'store')) });
console.log(image.folder);
