/**
 * Bisects real kernels: `node bench/bisect-cells.ts [--options N] [--seed N] CULPRIT…`, each culprit a row below. The good kernel is ours
 * with N options of Debian's more that ours does without, the bad one ours without the culprit: N + 1 options off, one of which
 * matters. Builds and boots for as long as it takes; a search that was broken off goes on where it was. Prints a row for each.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fragmentsOf, kernelNames } from '../cli/kernel-names.ts';
import { checkout } from '../cli/options.ts';
import { parseFragments } from '../image/kernel/fragment.ts';
import { readKconfig } from '../image/kernel/kconfig/tree.ts';
import { kernels } from '../image/kernel/rows.ts';
import { debianConfiguration } from '../image/kernel/source.ts';
import { crossPrefix } from '../image/workshop/recipe.ts';
import { type Configuration, readConfiguration, writeConfiguration } from '../runners/bisect/configuration.ts';
import { isChosenIn } from '../runners/bisect/implications.ts';
import { olddefconfig, workshopMake } from '../runners/bisect/olddefconfig.ts';
import { randomFrom } from '../runners/bisect/random.ts';
import { readRecord } from '../runners/bisect/record.ts';
import { spaceOf } from '../runners/bisect/space.ts';
import { openKernelShop } from '../runners/cell/kernel-shop.ts';
import { stateFolderIn } from '../runners/cell/workspace.ts';
import { defaultCacheFolder } from '../runners/host/cache-folder.ts';
import { RunRegister } from '../runners/host/run-register.ts';
import { attempt } from '../runners/process/command.ts';

const ARCH = 'x86_64';
const CELL = 'debian13-x86_64-xfs';

/** What is switched off, and where that shows. */
const CULPRITS: Readonly<Record<string, readonly string[]>> = {
  XFS_FS: ['--check', 'hands over by kexec'],
  VIRTIO_NET: ['--stage', 'stub', '--check', 'over SSH'],
  FW_CFG_SYSFS: ['--stage', 'stub', '--check', 'over SSH'],
  ACPI_BUTTON: ['--stage', 'stub', '--check', 'power off'],
  IPV6: ['--stage', 'stub', '--check', 'AAAA'],
  KEXEC: ['--check', 'hands over by kexec'],
};

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    options: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: join(tmpdir(), 'bisect-cells') },
    only: { type: 'boolean', default: false },
  },
});
const [count, seed] = [Number(flags.options), Number(flags.seed)];
mkdirSync(flags.out, { recursive: true });

const cacheFolder = defaultCacheFolder(process.env, process.cwd());
const { signal } = new AbortController();
const ends = await configurations();
for (const culprit of positionals) await search(culprit);

/** Our kernel with so many options more, and our own. */
async function configurations() {
  using register = new RunRegister(stateFolderIn(cacheFolder), `bench-${process.pid}`);
  const shop = await openKernelShop(ARCH, undefined, { cacheFolder }, { progress: console.log, register, signal });
  const tree = await readKconfig(shop.source.folder, kernels[ARCH].srcarch);
  const objects = join(cacheFolder, 'work/kernel-objects', `${ARCH}-bench-kconfig`);
  const place = { tree: shop.source.folder, objects, arch: ARCH, signal } as const;
  const make = workshopMake(place, shop.workshop, crossPrefix[ARCH]);
  const ours = (await kernelNames(shop, objects, make).usual?.()) as Configuration;
  const isChosen = isChosenIn(tree);
  const named = [...tree.keys()].filter(isChosen);
  const legalise = olddefconfig(objects, named, make);

  const debian = readConfiguration((await debianConfiguration(ARCH, shop.supply)).text);
  const unset = readFileSync(join(checkout, fragmentsOf(ARCH)[1] as string), 'utf8');
  const random = randomFrom(seed);
  const candidates = parseFragments([{ name: 'unset', text: unset }])
    .filter(({ name, value }) => value === 'n' && ['y', 'm'].includes(debian.get(name) ?? 'n') && isChosen(name))
    .map(({ name }) => ({ name, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ name }) => name);
  const differing = async (taken: number) => {
    const more = await legalise(new Map([...ours, ...candidates.slice(0, taken).map((name) => [name, 'y'] as const)]));
    return { more, size: spaceOf(more, ours, isChosen).differences.length };
  };
  // What comes on without being asked for counts as well: as few as make the number.
  let [least, most] = [0, candidates.length];
  while (least < most) {
    const middle = (least + most) >> 1;
    if ((await differing(middle)).size >= count) most = middle;
    else least = middle + 1;
  }
  const { more: good, size } = await differing(least);
  console.log(`${size} options of ${candidates.length} that ours does without, on top of ${ours.size} values`);
  return { good, named, without: (name: string) => legalise(new Map([...ours].filter(([other]) => other !== name))) };
}

async function search(culprit: string): Promise<void> {
  const how = CULPRITS[culprit];
  if (!how) throw new RangeError(`${culprit}: there are ${Object.keys(CULPRITS).join(', ')}`);
  const folder = join(flags.out, `${culprit}-${count}-${seed}`);
  mkdirSync(folder, { recursive: true });
  const [good, bad] = [join(folder, 'good.config'), join(folder, 'bad.config')];
  writeFileSync(good, writeConfiguration(ends.good, ends.named));
  writeFileSync(bad, writeConfiguration(await ends.without(culprit), ends.named));
  if (flags.only) return;
  const record = join(folder, 'bisect.ndjson');
  const goOn = readRecord(record).length > 0 ? ['--resume'] : [];
  const began = performance.now();
  const argv = ['bisect', '--good', good, '--bad', bad, '--cell', CELL, ...how, '--out', folder, ...goOn];
  const { exitCode, stdout, stderr } = await attempt([process.execPath, join(checkout, 'cli/main.ts'), ...argv], {
    log: join(folder, 'output.log'),
  });
  const events = readRecord(record);
  const of = (type: string) => events.filter((event) => event.type === type);
  const seconds = (list: readonly object[]) =>
    list.reduce((sum, each) => sum + ((each as { seconds?: number }).seconds ?? 0), 0);
  const answer =
    /of \d+ differences[\s\S]*?\n\n/
      .exec(stdout)?.[0]
      .trim()
      .replaceAll(/\s*\n\s*/g, ' ') ?? stderr.trim();
  console.log(
    [
      ...[culprit, `exit ${exitCode}`, answer, `${of('step').length} tests`],
      `${of('built').length} builds of ${seconds(of('built')).toFixed(0)} s`,
      `${of('trial').length} boots of ${seconds(of('trial')).toFixed(0)} s`,
      `${((performance.now() - began) / 1000).toFixed(0)} s on ${availableParallelism()} cores`,
    ].join('; '),
  );
}
