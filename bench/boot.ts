/**
 * How fast our stub is at its root shell, against a plain Debian of the same packages (plain-debian.ts) with Debian's kernel
 * and initramfs: both guests at the same time, with the same QEMU flags, each from QEMU's start to the prompt of a root shell
 * on the console. Prints the times of each round and the ratios over all, of time, kernel size and image size. Where a disk of
 * debian13 is kept for the architecture, also the time from QEMU's start to the first line of the kernel that stub hands over to.
 *
 *     node bench/boot.ts [ARCH] [ROUNDS]
 *
 * As root. Making the plain system takes minutes, for a foreign architecture many; it is kept in the cache.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { architectures, type ImageArch } from '../image/recipe.ts';
import { obtainImage } from '../runners/cell/image.ts';
import { latestInstalled } from '../runners/cell/kept.ts';
import { storeOf } from '../runners/cell/store.ts';
import { stateFolderIn } from '../runners/cell/workspace.ts';
import { defaultCacheFolder } from '../runners/host/cache-folder.ts';
import { RunRegister } from '../runners/host/run-register.ts';
import { run } from '../runners/process/command.ts';
import { ARCHES } from '../runners/qemu/arch.ts';
import type { MachineSpec } from '../runners/qemu/argv.ts';
import { launchQemu } from '../runners/qemu/launch.ts';
import { allowForeignPrograms, makePlainSystem } from './plain-debian.ts';

const [given = 'x86_64', rounds = '3'] = process.argv.slice(2);
if (!Object.hasOwn(architectures, given)) throw new Error(`unknown architecture ${given}`);
const arch = given as ImageArch;
const cacheFolder = defaultCacheFolder(process.env, process.cwd());
await using stack = new AsyncDisposableStack();
const register = stack.use(new RunRegister(stateFolderIn(cacheFolder), `bench-${process.pid}`));
const scratch = await mkdtemp(join(tmpdir(), 'bench-boot-'));
stack.defer(() => rm(scratch, { recursive: true, force: true }));
register.folder(scratch);
const { signal } = new AbortController();
const progress = (step: string) => console.log(`  ${step}`);

console.log(`${arch}: our image`);
const { image, archive } = await obtainImage(arch, { cacheFolder }, { progress, register, signal });
const origin = { uri: archive.uri, releaseDate: archive.date };
console.log(`${arch}: a plain Debian`);
await allowForeignPrograms(arch, stack);
const plain = await storeOf({ cacheFolder }).obtain('bench-plain', { arch, image: image.key }, (folder) =>
  makePlainSystem(folder, { arch, origin, register, log: join(cacheFolder, `bench-plain-${arch}.log`) }),
);
const plainFile = (name: string) => join(plain.folder, name);

type Guest = Pick<MachineSpec, 'kernel' | 'initrd' | 'stubImage' | 'dataDisk'>;
let started = 0;

/** Boots the guest until the console shows the pattern. @returns seconds from QEMU's start. */
async function secondsTo(pattern: RegExp, guest: Guest): Promise<number> {
  started += 1;
  const file = (name: string) => join(scratch, `${started}`, name);
  const spec: MachineSpec = {
    ...{
      name: `bench-${started}`,
      arch,
      accelerator: 'tcg',
      cores: 2,
      memoryMiB: 2048,
      console: 'serial',
      pvpanic: false,
    },
    cmdline: ['root=/dev/vda', `console=${ARCHES[arch].serial}`, 'net.ifnames=0', 'systemd.hostname=bench'],
    ...{ network: { restrict: true }, credentials: {}, consoleLog: file('console.log') },
    sockets: { qmp: file('qmp'), console: file('console'), agent: file('agent') },
    ...guest,
  };
  const began = performance.now();
  await using qemu = await launchQemu(spec, { log: join(scratch, `${started}.log`), env: register.environment });
  await qemu.cont();
  await qemu.console.waitFor(pattern, { awaiting: `${pattern}`, timeout: 600, from: 0 });
  return (performance.now() - began) / 1000;
}

const PROMPT = /root@[\w.-]+:~# /;
/** The first line of any kernel but stub's own. */
const SECOND_KERNEL = /Linux version (?!\S*-stub )\S+ /;
const { squashfs: stubImage, kernel, initrd } = image;
const ours: Guest = { kernel, initrd, stubImage };
const theirs: Guest = {
  ...{ kernel: plainFile('kernel'), initrd: plainFile('initrd') },
  dataDisk: { path: plainFile('disk'), format: 'raw' },
};

const sums = { ours: 0, theirs: 0 };
for (let round = 1; round <= Number(rounds); round++) {
  // The disk is the store's: what a boot writes to it goes to an overlay.
  const overlay = join(scratch, `overlay-${round}`);
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', plainFile('disk'), '-F', 'raw', overlay]);
  const disk = { dataDisk: { path: overlay, format: 'qcow2' } as const };
  const [our, their] = await Promise.all([secondsTo(PROMPT, ours), secondsTo(PROMPT, { ...theirs, ...disk })]);
  sums.ours += our;
  sums.theirs += their;
  console.log(`to the shell: ours ${our.toFixed(1)} s, plain ${their.toFixed(1)} s, ratio ${(our / their).toFixed(2)}`);
}
const alone = await secondsTo(PROMPT, ours);
console.log(`over all rounds: ratio ${(sums.ours / sums.theirs).toFixed(2)}; ours alone ${alone.toFixed(1)} s`);

const mib = (bytes: number) => bytes / 1024 ** 2;
async function compare(what: string, our: string, their: string): Promise<void> {
  const [a, b] = await Promise.all([our, their].map(async (file) => mib((await stat(file)).size)));
  if (a === undefined || b === undefined) return;
  console.log(`${what}: ours ${a.toFixed(1)} MiB, plain ${b.toFixed(1)} MiB, ratio ${(a / b).toFixed(2)}`);
}
await compare('kernel', kernel, plainFile('kernel'));
await compare('initramfs', initrd, plainFile('initrd'));
await compare('image, packed alike, kernel and modules in it', stubImage, plainFile('packed'));

const cell = `debian13-${arch}-xfs`;
try {
  const { disk } = await latestInstalled({ cacheFolder }, cell);
  if (disk === undefined) throw new Error(`${cell} is not on a disk`);
  const overlay = join(scratch, 'installed');
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', disk, '-F', 'qcow2', overlay]);
  const dataDisk = { path: overlay, format: 'qcow2' } as const;
  const seconds = await secondsTo(SECOND_KERNEL, { ...ours, dataDisk });
  console.log(`to the first line of the kernel installed on ${cell}: ${seconds.toFixed(1)} s`);
} catch (error) {
  console.log(`no time to the kernel of an installed system: ${error instanceof Error ? error.message : error}`);
}
await stack.disposeAsync();
process.exit(0);
