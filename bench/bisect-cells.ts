/**
 * Bisects real kernels: `node bench/bisect-cells.ts [--options N] [--below FOLDER] [--seed N] PROBLEM…`, each a row below. The good
 * kernel is ours with N options of Debian's more that ours does without, of these only such as are defined below a folder of the
 * source; the bad one is ours without what the row names: N options off that do not matter, and one or two that do. Builds and boots
 * for as long as it takes; a search that was broken off goes on where it was. Prints a row for each.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fragmentsOf, kernelNames } from '../cli/kernel-names.ts';
import { checkout } from '../cli/options.ts';
import { parseFragments } from '../image/kernel/fragment.ts';
import { readKconfig } from '../image/kernel/kconfig/tree.ts';
import { kernels } from '../image/kernel/rows.ts';
import { debianConfiguration } from '../image/kernel/source.ts';
import type { ImageArch } from '../image/recipe.ts';
import { crossPrefix } from '../image/workshop/recipe.ts';
import { type Configuration, readConfiguration, writeConfiguration } from '../runners/bisect/kconfig/configuration.ts';
import { isChosenIn } from '../runners/bisect/kconfig/implications.ts';
import { olddefconfig, workshopMake } from '../runners/bisect/kconfig/olddefconfig.ts';
import { spaceOf } from '../runners/bisect/kconfig/space.ts';
import { readRecord } from '../runners/bisect/record.ts';
import { randomFrom } from '../runners/bisect/search/random.ts';
import { openKernelShop } from '../runners/cell/kernel-shop.ts';
import { stateFolderIn } from '../runners/cell/workspace.ts';
import { defaultCacheFolder } from '../runners/host/cache-folder.ts';
import { RunRegister } from '../runners/host/run-register.ts';
import { attempt } from '../runners/process/command.ts';
import { ARCHES } from '../runners/qemu/arch.ts';

/** What is switched off, and where that shows. */
interface Problem {
  readonly off: readonly string[];
  readonly arch?: ImageArch;
  readonly judge: readonly string[];
  /** Each guest gets at random either of two machines, of which only one shows what is missing. */
  readonly coin?: boolean;
}

const BOOT = ['--check', 'hands over by kexec'];
const STUB = ['--stage', 'stub', '--check'];
const SHELL = [...STUB, 'root shell'];

const PROBLEMS: Readonly<Record<string, Problem>> = {
  xfs: { off: ['XFS_FS'], judge: BOOT },
  disk: { off: ['VIRTIO_BLK'], judge: SHELL },
  network: { off: ['VIRTIO_NET'], judge: [...STUB, 'over SSH'] },
  firmware: { off: ['FW_CFG_SYSFS'], judge: [...STUB, 'over SSH'] },
  button: { off: ['ACPI_BUTTON'], judge: [...STUB, 'power off'] },
  agent: { off: ['VIRTIO_CONSOLE'], judge: [...STUB, 'agent'] },
  ipv6: { off: ['IPV6'], judge: [...STUB, 'AAAA'] },
  aarch64: { off: ['XFS_FS'], judge: BOOT, arch: 'aarch64' },
  either: { off: ['OVERLAY_FS', 'VIRTIO_BLK'], judge: SHELL },
  // The boot plugin tries the one system call, then the other.
  together: { off: ['KEXEC', 'KEXEC_FILE'], judge: BOOT },
  half: { off: ['VIRTIO_PCI_LEGACY'], judge: [...SHELL, '--flaky'], coin: true },
};

/** An emulator in front of the one that is taken else, half of whose guests have stub on a disk as it was before virtio 1.0. */
const COIN = `#!/bin/bash
words=("$@")
if ((SRANDOM % 2)); then words=("\${words[@]/#virtio-blk-pci,drive=stub/virtio-blk-pci,disable-modern=on,disable-legacy=off,drive=stub}"); fi
exec "$EMULATOR" "\${words[@]}"
`;

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    options: { type: 'string', default: '300' },
    below: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: join(tmpdir(), 'bisect-cells') },
    only: { type: 'boolean', default: false },
  },
});
const [count, seed] = [Number(flags.options), Number(flags.seed)];
mkdirSync(flags.out, { recursive: true });

const cacheFolder = defaultCacheFolder(process.env, process.cwd());
const { signal } = new AbortController();
const ends = new Map<ImageArch, Awaited<ReturnType<typeof configurations>>>();
for (const name of positionals) await search(name);

/** Our kernel with so many options more, and our own. */
async function configurations(arch: ImageArch) {
  using register = new RunRegister(stateFolderIn(cacheFolder), `bench-${process.pid}`);
  const shop = await openKernelShop(arch, undefined, { cacheFolder }, { progress: console.log, register, signal });
  const tree = await readKconfig(shop.source.folder, kernels[arch].srcarch);
  const objects = join(cacheFolder, 'work/kernel-objects', `${arch}-bench-kconfig`);
  const make = workshopMake({ tree: shop.source.folder, objects, arch, signal }, shop.workshop, crossPrefix[arch]);
  const ours = (await kernelNames(shop, objects, make).usual?.()) as Configuration;
  const isChosen = isChosenIn(tree);
  const named = [...tree.keys()].filter(isChosen);
  const legalise = olddefconfig(objects, named, make);

  const debian = readConfiguration((await debianConfiguration(arch, shop.supply)).text);
  const unset = readFileSync(join(checkout, fragmentsOf(arch)[1] as string), 'utf8');
  const random = randomFrom(seed);
  const candidates = parseFragments([{ name: 'unset', text: unset }])
    .filter(({ name, value }) => value === 'n' && ['y', 'm'].includes(debian.get(name) ?? 'n') && isChosen(name))
    .filter(({ name }) => tree.get(name)?.at.startsWith(flags.below))
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
  const without = (names: readonly string[]) => legalise(new Map([...ours].filter(([name]) => !names.includes(name))));
  return { good, named, without };
}

/** What the search runs in: with the emulator of the coin, where there is one. */
function surroundings(folder: string, arch: ImageArch): Record<string, string> {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const { qemu } = ARCHES[arch];
  writeFileSync(join(bin, qemu), COIN, { mode: 0o755 });
  const unpacked = globSync(`emulators/*/bin/${qemu}`, { cwd: cacheFolder }).map((path) => join(cacheFolder, path));
  return { PATH: `${bin}:${process.env.PATH}`, EMULATOR: unpacked.at(-1) ?? join('/usr/bin', qemu) };
}

async function search(problem: string): Promise<void> {
  const row = PROBLEMS[problem];
  if (!row) throw new RangeError(`${problem}: there are ${Object.keys(PROBLEMS).join(', ')}`);
  const { off, arch = 'x86_64', judge, coin = false } = row;
  const folder = join(flags.out, [problem, count, flags.below.replaceAll('/', '-'), seed].filter(String).join('-'));
  mkdirSync(folder, { recursive: true });
  const { good, named, without } = ends.get(arch) ?? (await configurations(arch));
  ends.set(arch, { good, named, without });
  const files = { good: join(folder, 'good.config'), bad: join(folder, 'bad.config') };
  writeFileSync(files.good, writeConfiguration(good, named));
  writeFileSync(files.bad, writeConfiguration(await without(off), named));
  if (flags.only) return;
  const record = join(folder, 'bisect.ndjson');
  const goOn = readRecord(record).length > 0 ? ['--resume'] : [];
  const began = performance.now();
  const cell = `debian13-${arch}-xfs`;
  const argv = ['bisect', '--good', files.good, '--bad', files.bad, '--cell', cell, ...judge, '--out', folder, ...goOn];
  const { exitCode, stdout, stderr } = await attempt([process.execPath, join(checkout, 'cli/main.ts'), ...argv], {
    log: join(folder, 'output.log'),
    ...(coin ? { env: surroundings(folder, arch) } : {}),
  });
  const events = readRecord(record);
  const of = (type: string) => events.filter((event) => event.type === type);
  const seconds = (list: readonly object[]) =>
    list.reduce((sum, each) => sum + ((each as { seconds?: number }).seconds ?? 0), 0);
  const found = /of \d+ differences[\s\S]*?\n\n/.exec(stdout)?.[0] ?? stderr;
  console.log(
    [
      ...[problem, `exit ${exitCode}`, found.trim().replaceAll(/\s*\n\s*/g, ' '), `${of('step').length} tests`],
      `${of('built').length} builds of ${seconds(of('built')).toFixed(0)} s`,
      `${of('trial').length} boots of ${seconds(of('trial')).toFixed(0)} s`,
      `${((performance.now() - began) / 1000).toFixed(0)} s on ${availableParallelism()} cores`,
    ].join('; '),
  );
}
