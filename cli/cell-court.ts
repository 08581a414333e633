import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { ownObjectsIn } from '../image/kernel/kbuild.ts';
import { readersIn } from '../image/kernel/readers.ts';
import { kernels } from '../image/kernel/rows.ts';
import type { ImageArch } from '../image/recipe.ts';
import { crossPrefix } from '../image/workshop/recipe.ts';
import { type KernelMakings, kernelBuilder, ourObjects } from '../runners/bisect/builders/kernel-builder.ts';
import type { Known } from '../runners/bisect/builders/trees.ts';
import { effortsOf } from '../runners/bisect/kconfig/efforts.ts';
import { followersOf, implicationsOf, isChosenIn } from '../runners/bisect/kconfig/implications.ts';
import { olddefconfig, telling, workshopMake } from '../runners/bisect/kconfig/olddefconfig.ts';
import { relatedOf } from '../runners/bisect/kconfig/related.ts';
import { whatExists } from '../runners/cell/existing.ts';
import { obtainImage } from '../runners/cell/image.ts';
import { type KernelShop, openKernelShop } from '../runners/cell/kernel-shop.ts';
import { UsageError } from '../runners/errors.ts';
import { RunRegister } from '../runners/host/run-register.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import type { RunOptions } from '../runners/matrix/options.ts';
import { makePlan, type PlannedCell } from '../runners/matrix/plan.ts';
import { FileLock, lockFile } from '../runners/store/lock.ts';
import { type Court, countOf, type OpenHearing, textOf } from './bisecting.ts';
import { cellTester } from './cell-tester.ts';
import { kconfigIn } from './command-court.ts';
import type { Context } from './commands.ts';
import { chooseEmulator } from './emulator.ts';
import { endpointOf } from './endpoints.ts';
import type { Parsed } from './flags.ts';
import { fragmentsOf, kernelNames } from './kernel-names.ts';
import { tidyUp } from './leftovers.ts';
import { cacheFolderOf, mirrorOf } from './options.ts';
import { archiveChoiceOf, selectionOf } from './selection.ts';
import { requireTools, usesOf } from './tools.ts';

/** Cores that keep one builder busy: make spreads over all there are, but ends each kernel alone. */
const CORES_A_BUILDER = 8;

/** Kernels are built in the workshop and booted in cells. */
export const cellHearing: OpenHearing = async (parsed, context) => {
  const { print, signal } = context;
  const options = optionsOf(parsed, context);
  const cells = cellsOf(parsed, context, options);
  const [arch] = new Set(cells.map(({ cell }) => cell.arch as ImageArch));
  await requireTools({ uses: usesOf(cells), arches: [arch as ImageArch] }, context);
  await chooseEmulator(cells, options, context);
  const state = await tidyUp(options.cacheFolder, context);
  using stack = new DisposableStack();
  const register = stack.use(new RunRegister(state, randomUUID()));
  const progress = (step: string) => print(`  ${step}`);
  const tree = textOf(parsed, 'kernel-tree');
  const shop = await openKernelShop(
    arch as ImageArch,
    tree === undefined ? undefined : resolve(context.cwd, tree),
    options,
    { progress, register, signal },
  );
  const scratch = await kconfigFolder(stack, join(options.cacheFolder, 'work/kernel-objects'), shop);
  const make = workshopMake(
    { tree: shop.source.folder, objects: scratch, arch: shop.arch, signal },
    shop.workshop,
    crossPrefix[shop.arch],
  );
  const names = kernelNames(shop, scratch, make);
  const held = stack.move();
  return {
    endpoint: (flag, under) => endpointOf(parsed, flag, context, names, under),
    court: async ({ folder, named }) => {
      const kconfig = await kconfigIn(shop.source.folder, kernels[shop.arch].srcarch);
      const isChosen = isChosenIn(kconfig.options);
      const all = [...new Set([...kconfig.options.keys(), ...named])].filter(isChosen);
      const texts = new Map<string, string>();
      const { image } = await obtainImage(shop.arch, options, { progress, register, signal });
      let looked: Promise<Known | undefined> | undefined;
      const known = () => (looked ??= knownOf(shop, options));
      const judges = await cellTester({ cells, folder, options, image: image.key, parsed, context });
      return {
        builders: buildersOf(parsed, shop, { named: all, texts, known }),
        tester: judges.tester,
        ledger: judges.ledger,
        remarks: judges.remarks,
        cells: cells.map(({ cell }) => cell.id),
        legalise: olddefconfig(scratch, all, telling(make, progress), texts),
        isChosen,
        rules: (space) => implicationsOf(space, kconfig.options),
        related: (space) => relatedOf(space, kconfig.options),
        efforts: async (space) => {
          const ours = await known();
          return ours && effortsOf(space, ours.readers, ours.alone, followersOf(space, kconfig.options));
        },
        identity: { source: shop.source.key, workshop: shop.workshop.key, ...judges.identity },
        kconfig,
        fragments: tree === undefined ? fragmentsOf(shop.arch) : [],
      };
    },
    [Symbol.dispose]: () => held.dispose(),
  };
};

async function knownOf(shop: KernelShop, { cacheFolder }: RunOptions): Promise<Known | undefined> {
  const readers = await readersIn(ourObjects({ ...shop, cacheFolder }));
  return readers && { readers, alone: await ownObjectsIn(shop.source.folder) };
}

/** A folder in which Kconfig was run before, if it is free: there its own programs are built already. */
async function kconfigFolder(
  stack: DisposableStack,
  parent: string,
  { arch, source, workshop }: KernelShop,
): Promise<string> {
  await mkdir(parent, { recursive: true });
  for (let place = 0; ; place += 1) {
    const folder = join(parent, `${arch}-${source.objects}-kconfig-${place}-${workshop.key}`);
    const lock = await lockFile(`${folder}.lock`, 'exclusive', { create: true });
    if (!(lock instanceof FileLock)) continue;
    stack.use(lock);
    return folder;
  }
}

function buildersOf(
  parsed: Parsed,
  { arch, supply, source, workshop }: KernelShop,
  known: Pick<KernelMakings, 'named' | 'texts' | 'known'>,
): Court['builders'] {
  const { store, cacheFolder, progress, ...work } = supply;
  const usual = Math.max(1, Math.floor(availableParallelism() / CORES_A_BUILDER));
  const count = countOf(parsed, 'builders', usual);
  return Array.from({ length: count }, (_each, place) => {
    const told = (step: string) => progress?.(count > 1 ? `builder ${place + 1}: ${step}` : step);
    const makings = { arch, source, workshop, store, cacheFolder, work: { ...work, progress: told }, ...known };
    return kernelBuilder(makings, place);
  });
}

function optionsOf(parsed: Parsed, context: Context): RunOptions {
  const uri = mirrorOf(parsed);
  return {
    ...(uri === undefined ? {} : { mirror: uri }),
    ...(parsed.flags.has('qemu') ? { qemu: 'host' as const } : {}),
    ...(parsed.flags.has('archive') ? { archive: archiveChoiceOf(parsed, loadMatrix()) } : {}),
    keep: false,
    // What is installed asks nobody for packages.
    direct: true,
    console: 'serial',
    cacheFolder: cacheFolderOf(parsed, context),
    outFolder: context.cwd,
  };
}

/** @throws UsageError `cell-skipped`, `cells-of-two-architectures`, and as `selectionOf` */
function cellsOf(parsed: Parsed, context: Context, options: RunOptions): readonly PlannedCell[] {
  const { words, flags } = parsed;
  const matrix = loadMatrix();
  // --arch is about a tree here, and chooses no cells.
  const chosen = { words, flags: new Map([...flags].filter(([flag]) => flag === 'cell')) };
  const archive = archiveChoiceOf(parsed, matrix);
  const { run, skip } = makePlan(matrix, whatExists(options), {
    selection: selectionOf(chosen, matrix, context),
    archive,
  });
  const [skipped] = skip;
  if (skipped) {
    throw new UsageError({
      code: 'cell-skipped',
      message: `${skipped.cell.id} cannot be run, so it cannot judge: ${skipped.because}`,
    });
  }
  const arches = new Set(run.map(({ cell }) => cell.arch));
  if (arches.size === 1) return run;
  throw new UsageError({
    code: 'cells-of-two-architectures',
    message: `the cells are of ${[...arches].join(' and ')}, and a kernel is of one architecture`,
    hint: 'bisect for one architecture after the other',
  });
}
