import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { machine as hostMachine } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HarnessError } from '../errors.ts';
import { type Argv, pasteable, run } from '../process/command.ts';
import { startDaemon } from '../process/daemon.ts';
import { type AcceleratorProof, keepProof, keptProofs, probeFolderIn, readProof } from './accelerator-proofs.ts';
import { bootId, statOf } from './processes.ts';

export type { AcceleratorProof };
export type Accelerator = AcceleratorProof['accelerator'];

/** What the probe has to know of an architecture; the rows of qemu/arch.ts extend it. */
export interface ProbeTarget {
  readonly name: string;
  /** The emulator's file name. */
  readonly qemu: string;
  /** `-machine` */
  readonly machine: Readonly<Record<Accelerator, string>>;
  /** `-cpu` */
  readonly cpu: Readonly<Record<Accelerator, string>>;
  /** The guest's first serial port, as `console=` wants it. */
  readonly serial: string;
  /** `uname -m` of the hosts that can run it without translating its instructions. */
  readonly native: string;
  /** What its kernels have to be told on their command line, by accelerator. */
  readonly cmdline: Readonly<Record<Accelerator, readonly string[]>>;
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

/** In seconds. A guest which KVM really runs has booted long before; one which it runs no instruction of never will. */
const BUDGET: Readonly<Record<Accelerator, number>> = { kvm: 10, tcg: 60 };

/** The share of its budget that a guest must have computed for its silence to be its own. */
const HAD_THE_PROCESSOR = 0.7;

const MEMORY_MIB = 256;

const KVM = '/dev/kvm';

/** QEMU stays, with its guest stopped, when KVM gives up on an instruction. */
const GIVEN_UP = /KVM internal error|emulation failure|KVM: entry failed/;

/** The last words of a QEMU to which KVM is of no use; not those of one for which it merely had no room or no time. */
const BEYOND_KVM = /^(?!.*(resource busy|allocate memory)).*kvm/i;

/** `lasting`: the trouble will be the same for as long as the host stays up. */
type Trial =
  | { readonly seconds: number }
  | { readonly trouble: string; readonly argv: Argv; readonly lasting: boolean };

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
    ...[
      '-append',
      [`console=${arch.serial}`, 'panic=-1', `stub.probe=${word}`, ...arch.cmdline[accelerator]].join(' '),
    ],
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
    if (gaveUp) return { trouble: gaveUp[0], argv, lasting: true };
    if (!wasRunning) return { trouble: `QEMU ended: ${last}`, argv, lasting: BEYOND_KVM.test(last) };
    if (seconds() > BUDGET[accelerator]) {
      const trouble = `no word from the guest within ${BUDGET[accelerator]} s: ${last}`;
      // Who had the processor all the while was not held up by others: it will say no more the next time.
      const used = statOf(qemu.pid)?.cpuSeconds ?? 0;
      return { trouble, argv, lasting: used > BUDGET[accelerator] * HAD_THE_PROCESSOR };
    }
    await sleep(50);
  }
}

interface Answer {
  readonly proof: AcceleratorProof;
  /** A busy host may be the reason of one that does not. */
  readonly lasting: boolean;
}

async function probe(options: ProbeOptions, hindered: string | undefined): Promise<Answer> {
  const folder = await mkdtemp(await probeFolderIn(options.cacheFolder));
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rm(folder, { recursive: true, force: true }));
  let because = hindered;
  let lasting = true;
  if (because === undefined) {
    const trial = await boot('kvm', options, folder);
    if ('seconds' in trial) {
      const proof = { accelerator: 'kvm', because: 'a guest has booted under KVM', seconds: trial.seconds } as const;
      return { proof, lasting };
    }
    because = `${KVM} opens, but no guest runs on it (${trial.trouble})`;
    lasting = trial.lasting;
  }
  const trial = await boot('tcg', options, folder);
  if ('seconds' in trial) return { proof: { accelerator: 'tcg', because, seconds: trial.seconds }, lasting };
  throw new HarnessError({
    code: 'no-accelerator',
    message: `No ${options.arch.name} guest runs on this host. KVM: ${because}. TCG: ${trial.trouble}`,
    hint: 'Boot the guest by hand to see more.',
    command: pasteable(trial.argv),
  });
}

/** All that the answer depends on. */
async function cacheKey({ arch, kernel }: ProbeOptions, hindered: string | undefined): Promise<string> {
  const { stdout: version } = await run([arch.qemu, '--version'], { purpose: 'Asking QEMU for its version' });
  const hash = createHash('sha256').update(await readFile(kernel));
  return hash
    .update(JSON.stringify([bootId(), version, arch, hindered ?? null]))
    .digest('hex')
    .slice(0, 32);
}

async function readOrProbe(
  options: ProbeOptions,
  key: string,
  hindered: string | undefined,
): Promise<AcceleratorProof> {
  const known = await readProof(options.cacheFolder, key);
  if (known) return known;
  const { proof, lasting } = await probe(options, hindered);
  if (lasting) await keepProof(options.cacheFolder, key, options.arch.name, proof);
  return proof;
}

/** By what the answer depends on and where it is kept: cells side by side share one probe, and the signal of the first. */
const underway = new Map<string, Promise<AcceleratorProof>>();

/**
 * Finds out which accelerator runs guests of an architecture here: KVM where a guest has really booted under it, else
 * TCG. Takes seconds the first time after the host's start, nothing after that; where KVM merely did not answer in time,
 * or QEMU ended for another reason, the next call tries it again.
 *
 * @throws HarnessError `no-accelerator` when TCG boots no guest either; as `run` does when QEMU is missing.
 */
export async function probeAccelerator(options: ProbeOptions): Promise<AcceleratorProof> {
  const hindered = await hindrance(options.arch);
  const key = await cacheKey(options, hindered);
  const name = join(options.cacheFolder, key);
  const running = underway.get(name);
  if (running) return running;
  const started = readOrProbe(options, key, hindered).finally(() => underway.delete(name));
  underway.set(name, started);
  return started;
}

/** Which accelerator will probably run guests of an architecture: by what was proven last, else by what opens. Starts nothing. */
export async function likelyAccelerator(arch: ProbeTarget, cacheFolder: string): Promise<Accelerator> {
  const kept = (await keptProofs(cacheFolder)).find((proof) => proof.arch === arch.name);
  return kept?.accelerator ?? ((await hindrance(arch)) === undefined ? 'kvm' : 'tcg');
}
