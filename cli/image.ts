import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findArchive } from '../mirrors/origins.ts';
import { HarnessError } from '../runners/errors.ts';
import { RunRegister } from '../runners/host/run-register.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import { unknownName } from '../runners/matrix/suggest.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { tidyUp } from './leftovers.ts';
import { cacheFolderOf, mirrorOf } from './options.ts';
import { requireTools } from './tools.ts';

export const start: Start = async (parsed, context) => {
  const { print, signal } = context;
  const matrix = loadMatrix();
  const { architectures, suite } = await import('../image/recipe.ts');
  const arch = parsed.flags.get('arch')?.[0] ?? 'x86_64';
  if (!isKeyOf(architectures, arch)) throw unknownName('architecture', arch, Object.keys(architectures));
  const mirror = mirrorOf(parsed);
  await requireTools({ uses: ['image'], arches: [arch] }, context);

  const distribution = Object.values(matrix.distributions).find((row) => row.suite === suite);
  const origins = distribution && matrix.mirrors[distribution.archive]?.origins;
  if (!origins) {
    throw new HarnessError({ code: 'image-suite', message: `the image is made of ${suite}, which matrix.yaml lacks` });
  }
  const archive = await findArchive(distribution, origins, { mirror, signal });
  print(`archive   ${archive.uri} (${archive.from}), Release of ${archive.date}`);

  const cache = cacheFolderOf(parsed, context);
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const state = await tidyUp(cache, context);
  using register = new RunRegister(state, randomUUID());
  const { buildImage } = await import('../image/build.ts');
  const { Store } = await import('../runners/store/store.ts');
  const image = await buildImage({
    arch,
    origin: { uri: archive.uri, releaseDate: archive.date },
    store: new Store(cache),
    progress: (step) => print(`building  ${step}`),
    log: join(cache, 'image.log'),
    register,
    signal,
  });
  print(`image     ${image.key}, ${image.reused ? 'already there' : 'built now'}`);
  print(`squashfs  ${image.squashfs}`);
  print(`kernel    ${image.kernel}`);
  print(`initrd    ${image.initrd}`);
  return exitCodes.passed;
};

const isKeyOf = <T extends object>(table: T, key: PropertyKey): key is keyof T => Object.hasOwn(table, key);
