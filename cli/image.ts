import { randomUUID } from 'node:crypto';
import { RunRegister } from '../runners/host/run-register.ts';
import { unknownName } from '../runners/matrix/suggest.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { tidyUp } from './leftovers.ts';
import { cacheFolderOf, kernelOf, mirrorOf } from './options.ts';
import { requireTools } from './tools.ts';

export const start: Start = async (parsed, context) => {
  const { print, signal } = context;
  const { architectures } = await import('../image/recipe.ts');
  const arch = parsed.flags.get('arch')?.[0] ?? 'x86_64';
  if (!isKeyOf(architectures, arch)) throw unknownName('architecture', arch, Object.keys(architectures));
  const uri = mirrorOf(parsed);
  const mirror = uri === undefined ? {} : { mirror: uri };
  await requireTools({ uses: ['image'], arches: [arch] }, context);

  const cacheFolder = cacheFolderOf(parsed, context);
  const state = await tidyUp(cacheFolder, context);
  using register = new RunRegister(state, randomUUID());
  const { obtainImage } = await import('../runners/cell/image.ts');
  const progress = (step: string) => print(`building  ${step}`);
  const { archive, image } = await obtainImage(
    arch,
    { cacheFolder, ...mirror, ...kernelOf(parsed, context.cwd) },
    { progress, register, signal },
  );
  print(`archive   ${archive.uri} (${archive.from}), Release of ${archive.date}`);
  print(`image     ${image.key}, ${image.reused ? 'already there' : 'built now'}`);
  print(`squashfs  ${image.squashfs}`);
  print(`kernel    ${image.kernel}`);
  print(`initrd    ${image.initrd}`);
  if (parsed.flags.has('explain')) {
    const { explainImage } = await import('../image/explain.ts');
    for (const line of ['', ...(await explainImage(image))]) print(line);
  }
  return exitCodes.passed;
};

const isKeyOf = <T extends object>(table: T, key: PropertyKey): key is keyof T => Object.hasOwn(table, key);
