import { setTimeout as sleep } from 'node:timers/promises';
import { statOf } from '../../host/processes.ts';
import { bytesMoved, threadTime } from '../../host/threads.ts';
import type { Qemu } from '../../qemu/launch.ts';
import type { Hold, Sample } from './sample.ts';

/** What can be looked at of a guest from outside. */
export interface Sampled {
  readonly qemu: Pick<Qemu, 'pid' | 'qmp' | 'console'>;
  /** The processes that read and write for it outside of QEMU, such as virtiofsd. */
  readonly helpers: readonly number[];
}

/** The samples of a guest, from the start of its machine to the end. Disposing of it ends the taking of them. */
export interface Sampler extends Disposable {
  readonly samples: readonly Sample[];
  /** Calls `listener` after each sample from now on. Returns what ends that. */
  onSample(listener: () => void): () => void;
}

/** Between two samples, in seconds: each is a question to QEMU and a few small files to read. */
const EVERY = 2;

/** Seconds after which QEMU counts as deaf for the time being; one that a busy host keeps waiting answers later. */
const DEAF = 10;

interface BlockStats {
  readonly stats: { readonly rd_bytes: number; readonly wr_bytes: number };
}

export const secondsNow = (): number => performance.now() / 1000;

/** A process that a signal or a debugger has stopped. */
export function isStopped(pid: number): boolean {
  return /^[Tt]$/.test(statOf(pid)?.state ?? '');
}

/** Starts looking. Nothing of it keeps this process alive, and nothing is thrown: a QEMU that is gone is somebody else's news. */
export function startSampler(sampled: Sampled): Sampler {
  const { qmp } = sampled.qemu;
  const samples: Sample[] = [];
  const listeners = new Set<() => void>();
  const over = new AbortController();
  const take = async () => {
    let threads: readonly number[] = [];
    while (!qmp.closed) {
      if (threads.length === 0) threads = await threadsOf(sampled.qemu).catch(() => []);
      const sample = await sampleOf(sampled, threads, samples.at(-1));
      over.signal.throwIfAborted();
      samples.push(sample);
      for (const listener of [...listeners]) listener();
      await sleep(EVERY * 1000, undefined, { ref: false, signal: over.signal });
    }
  };
  take().catch(() => {});
  return {
    samples,
    onSample(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    [Symbol.dispose]: () => over.abort(),
  };
}

/** The threads of QEMU in which the virtual CPUs run: the same for as long as the machine lives. */
async function threadsOf({ qmp }: Sampled['qemu']): Promise<readonly number[]> {
  const cpus = await qmp.execute<readonly { 'thread-id': number }[]>('query-cpus-fast', {}, { timeout: DEAF });
  return cpus.map((cpu) => cpu['thread-id']);
}

async function sampleOf(
  { qemu, helpers }: Sampled,
  threads: readonly number[],
  before: Sample | undefined,
): Promise<Sample> {
  const { pid, qmp, console } = qemu;
  const stopped = isStopped(pid);
  const stats = stopped
    ? undefined
    : await qmp.execute<readonly BlockStats[]>('query-blockstats', {}, { timeout: DEAF }).catch(() => undefined);
  const times = threads.map((thread) => threadTime(pid, thread) ?? { ran: 0, waited: 0 });
  const moved = helpers.map(bytesMoved);
  const disks = stats?.map((each) => ({ read: each.stats.rd_bytes, written: each.stats.wr_bytes }));
  const total = (key: 'read' | 'written') =>
    disks ? sum([...disks, ...moved].map((each) => each[key])) : (before?.[key] ?? 0);
  // A signal that came while we asked explains the silence.
  const hold: Hold = isStopped(pid) ? 'stopped' : !stats ? 'deaf' : isPaused(qemu) ? 'paused' : 'runs';
  return {
    at: secondsNow(),
    hold,
    letters: console.position,
    read: total('read'),
    written: total('written'),
    ran: sum(times.map(({ ran }) => ran)),
    waited: sum(times.map(({ waited }) => waited)),
  };
}

function isPaused({ qmp }: Sampled['qemu']): boolean {
  return qmp.events.findLast(({ name }) => name === 'STOP' || name === 'RESUME')?.name === 'STOP';
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
