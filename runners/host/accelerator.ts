import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { machine as hostMachine, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../errors.ts';
import { type Argv, pasteable, run } from '../process/command.ts';
import { startDaemon } from '../process/daemon.ts';

export type Accelerator = 'kvm' | 'tcg';

/** What the probe has to know of an architecture; the rows of qemu/arch.ts are of this shape. */
export interface ProbeTarget {
  readonly name: string;
  readonly qemu: string;
  readonly machine: Readonly<Record<Accelerator, string>>;
  readonly cpu: Readonly<Record<Accelerator, string>>;
  readonly serial: string;
  readonly native: string;
}

export interface ProbeOptions {
  readonly arch: ProbeTarget;
  /** A kernel, and an initramfs whose /init answers `stub.probe=WORD` on its command line with `stub-probe: WORD` on the console. */
  readonly kernel: string;
  readonly initrd: string;
  /** Where the answer is kept for as long as this host stays up. */
  readonly cacheFolder: string;
  readonly signal?: AbortSignal;
}

export interface AcceleratorProof {
  readonly accelerator: Accelerator;
  /** One sentence for the reader: what was proven, or what is wrong with KVM. */
  readonly because: string;
  /** How long the guest took to its word. */
  readonly seconds: number;
}

/** In seconds. A guest which KVM really runs has booted long before; one which it runs no instruction of never will. */
const BUDGET: Readonly<Record<Accelerator, number>> = { kvm: 10, tcg: 60 };

const MEMORY_MIB = 256;

const KVM = '/dev/kvm';

/** QEMU stays, with its guest stopped, when KVM gives up on an instruction. */
const GIVEN_UP = /KVM internal error|emulation failure|KVM: entry failed/;

type Trial = { readonly seconds: number } | { readonly trouble: string; readonly argv: Argv };

/** Why KVM need not even be tried; undefined where it should be. */
async function hindrance(arch: ProbeTarget): Promise<string | undefined> {
  if (hostMachine() !== arch.native) return `this host is ${hostMachine()}, which cannot run ${arch.native} by itself`;
  try {
    await (await open(KVM, 'r+')).close();
    return undefined;
  } catch (error) {
    return `${KVM} cannot be opened (${(error as NodeJS.ErrnoException).code})`;
  }
}

/** Boots the guest and waits for its word, its end, or the end of the budget. */
async function boot(accelerator: Accelerator, options: ProbeOptions, folder: string): Promise<Trial> {
  const { arch, kernel, initrd, signal } = options;
  // New each time: no kept log, no other guest and no default can know it.
  const word = randomBytes(8).toString('hex');
  const argv: Argv = [
    arch.qemu,
    ...['-no-user-config', '-nodefaults', '-no-reboot'],
    ...['-display', 'none'],
    ...['-machine', arch.machine[accelerator]],
    ...['-accel', accelerator],
    ...['-cpu', arch.cpu[accelerator]],
    ...['-m', `${MEMORY_MIB}M`],
    ...['-kernel', kernel],
    ...['-initrd', initrd],
    ...['-append', `console=${arch.serial} panic=-1 stub.probe=${word}`],
    ...['-serial', 'stdio'],
  ];
  const log = join(folder, accelerator);
  const began = performance.now();
  await using qemu = await startDaemon(argv, { log });
  let running = true;
  void qemu.exited.then(() => {
    running = false;
  });
  const seconds = () => (performance.now() - began) / 1000;
  for (;;) {
    signal?.throwIfAborted();
    const wasRunning = running;
    const said = await readFile(log, 'utf8');
    if (said.includes(`stub-probe: ${word}`)) return { seconds: Number(seconds().toFixed(1)) };
    const last = said.trimEnd().split('\n').at(-1)?.trim() || 'it said nothing';
    const gaveUp = GIVEN_UP.exec(said);
    if (gaveUp) return { trouble: gaveUp[0], argv };
    if (!wasRunning) return { trouble: `QEMU ended: ${last}`, argv };
    if (seconds() > BUDGET[accelerator]) {
      return { trouble: `no word from the guest within ${BUDGET[accelerator]} s: ${last}`, argv };
    }
    await sleep(50);
  }
}

async function probe(options: ProbeOptions, hindered: string | undefined): Promise<AcceleratorProof> {
  const folder = await mkdtemp(join(tmpdir(), 'stub-matrix-probe-'));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  let because = hindered;
  if (because === undefined) {
    const trial = await boot('kvm', options, folder);
    if ('seconds' in trial)
      return { accelerator: 'kvm', because: 'a guest has booted under KVM', seconds: trial.seconds };
    because = `${KVM} opens, but no guest runs on it (${trial.trouble})`;
  }
  const trial = await boot('tcg', options, folder);
  if ('seconds' in trial) return { accelerator: 'tcg', because, seconds: trial.seconds };
  throw new HarnessError({
    code: 'no-accelerator',
    message: `No ${options.arch.name} guest runs on this host. KVM: ${because}. TCG: ${trial.trouble}`,
    hint: 'Boot the guest by hand to see more.',
    command: pasteable(trial.argv),
  });
}

/** All that the answer depends on. */
async function cacheKey({ arch, kernel }: ProbeOptions, hindered: string | undefined): Promise<string> {
  const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  const { stdout: version } = await run([arch.qemu, '--version'], { purpose: 'Asking QEMU for its version' });
  const hash = createHash('sha256').update(await readFile(kernel));
  return hash
    .update(JSON.stringify([bootId, version, arch, hindered ?? null]))
    .digest('hex')
    .slice(0, 32);
}

async function kept(file: string): Promise<AcceleratorProof | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as AcceleratorProof;
  } catch {
    return undefined;
  }
}

/**
 * Finds out which accelerator runs guests of an architecture here: KVM where a guest has really booted under it, else
 * TCG. Takes seconds the first time after the host's start, nothing after that.
 *
 * @throws HarnessError `no-accelerator` when TCG boots no guest either; as `run` does when QEMU is missing.
 */
export async function probeAccelerator(options: ProbeOptions): Promise<AcceleratorProof> {
  const hindered = await hindrance(options.arch);
  const file = join(options.cacheFolder, `accelerator-${await cacheKey(options, hindered)}.json`);
  const known = await kept(file);
  if (known) return known;
  const proof = await probe(options, hindered);
  await mkdir(options.cacheFolder, { recursive: true, mode: 0o700 });
  const unfinished = `${file}.${process.pid}`;
  await writeFile(unfinished, `${JSON.stringify(proof, undefined, 2)}\n`);
  await rename(unfinished, file);
  return proof;
}
